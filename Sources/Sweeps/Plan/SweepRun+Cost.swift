internal import Configuration
internal import Data
internal import Files
internal import Models
internal import SystemPackage

extension SweepRun {
  /// Roughly the nanoseconds that the run takes on one core: enough to begin with the longest.
  ///
  /// - tokens: those of an epoch of its texts.
  package func cost(tokens: Int) -> Double {
    let shape = configuration
    let perStep = shape.batchSize * shape.bptt
    let batches = max(1, (tokens + perStep - 1) / perStep)
    let all = Double(shape.epochs) * Double(batches)
    // A validation takes some tenth of its epoch.
    let most = shape.stepLimit.map { Double($0) * Double(min(shape.accumulate, batches)) } ?? all
    let finder = shape.findsLearningRate ? 100.0 : 0
    let model = shape.model
    let ofLayers = model.kind.type.operations(model, bptt: shape.bptt) * Double(shape.batchSize)
    let outputs = model.kind.type.predictsEveryToken ? perStep : shape.batchSize
    let ofOutput = 6 * Double(model.outputWidth) * 64 * Double(outputs)
    // Fifty operations a nanosecond, and what each step and each of its tokens takes beside them.
    let batch = (ofLayers + ofOutput) / 50 + 20_000 + 2_000 * Double(shape.bptt)
    return batch * (min(all, most) * 1.1 + finder)
  }

  /// Roughly the tokens of an epoch, without cutting any text.
  package var tokenCount: Int {
    switch configuration.dataSource {
    case .humanNumbers, .random: 50_079
    case .tokens: (try? configuration.dataSource.trainTokenCount()) ?? 1
    case .files(let train, _): (try? Int(FilePath(named: train).stat().size)).map { $0 / 5 + 1 } ?? 1
    }
  }
}
