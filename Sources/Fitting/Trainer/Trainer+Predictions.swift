internal import Configuration
package import Data
internal import Kernels
internal import Memory
package import Models

// What the model predicts as it is. Training then goes on as if nothing had been asked.

extension Trainer {
  /// Mean loss and accuracy over the valid split, from where the latest validation has begun, or the next would; puts
  /// all back to the bit. Collective.
  package func measure() -> (loss: Double, accuracy: Double) {
    undone {
      startAsValidation()
      return validate()
    }
  }

  /// Predicts the first `batches` batches of a split, of the valid one from where the latest validation has begun, or
  /// the next would; puts all back to the bit. Collective.
  ///
  /// - withProbabilities: whether to keep the probability of every token of the vocabulary.
  package func predict(_ split: DataSplit, batches: Int, withProbabilities: Bool) -> CollectedPredictions {
    let data = split == .train ? train : valid
    let each = type(of: model).predictions(bptt: context.bptt)
    let collected = CollectedPredictions(
      streams: context.streams, length: batches * each, vocabulary: withProbabilities ? context.vocabulary : nil)
    undone {
      switch split {
      case .valid:
        startAsValidation()
        if rule == .reset { resetStates() }
      case .train: if rule != .carry { resetStates() }
      }
      let place = context.place
      context.collectedPredictions = collected
      for batch in 0..<batches {
        context.place = StepPlace(update: updates, batch: batch, phase: .validation)
        model.validationStep(
          x: data.x(batch), y: data.y(batch), losses: validation.losses(of: 0), correct: validation.correct(of: 0))
      }
      context.collectedPredictions = nil
      context.place = place
    }
    return collected
  }

  /// Brings the streams to where the latest validation has begun, if nothing was trained since.
  private func startAsValidation() {
    guard isValidated else { return }
    for (state, start) in zip(carriedStates, validationStart) { state.values.elements.copy(from: start.elements) }
  }

  /// Calls `body`, which may move carried states, and puts these back.
  private func undone<Result>(_ body: () -> Result) -> Result {
    let counts = (carriedStates.map(\.values) + validationStart).map(\.elements.count)
    let arena = Arena(byteCount: counts.reduce(0) { $0 + Arena.byteCount($1, of: Float.self) })
    let views = (carriedStates.map(\.values) + validationStart).map(\.elements)
    let copies = views.map { view in
      let copy: BufferView<Float> = arena.take(view.count)
      copy.copy(from: view)
      return copy
    }
    let wasValidated = isValidated
    let result = body()
    isValidated = wasValidated
    for (view, copy) in zip(views, copies) { view.copy(from: copy) }
    return withExtendedLifetime(arena) { result }
  }
}
