internal import Memory
internal import Models
internal import Teams

/// What was found in a step that isn't finite; the same on all workers.
struct GradientDiagnosis {
  let loss: Double
  /// The tensor with the largest gradient, and that gradient's magnitude; what isn't a number counts as largest.
  let tensor: String
  let largest: Float
}

extension Trainer {
  /// Does forward and backward of a step without its update, and looks at the gradient. Collective; moves carried
  /// states and running statistics on.
  func diagnoseStep(_ step: Int) -> GradientDiagnosis {
    let loss = gradient(ofStep: step, at: StepPlace(update: updates))
    // Each worker looks at its slice; worker 0 puts the tensors' parts together.
    let parts = team.gather(littleEndianBytes(sliceMagnitudes()))
    var message: [UInt8] = []
    if team.rank == 0 {
      let magnitudes = parts.map { floats(littleEndian: $0[...]) }.reduce(
        [Float](repeating: 0, count: layout.tensors.count)
      ) { zip($0, $1).map(Self.larger) }
      var largest = 0
      for (index, value) in magnitudes.enumerated() where !magnitudes[largest].isNaN {
        if value.isNaN || value > magnitudes[largest] { largest = index }
      }
      message = littleEndianBytes([magnitudes[largest]]) + Array(layout.tensors[largest].name.utf8)
    }
    message = team.broadcast(message, from: 0)
    return GradientDiagnosis(
      loss: loss, tensor: String(decoding: message.dropFirst(4), as: UTF8.self),
      largest: floats(littleEndian: message[..<4])[0])
  }

  /// By tensor, the largest magnitude of its gradient in this worker's slice.
  private func sliceMagnitudes() -> [Float] {
    var result = [Float](repeating: 0, count: layout.tensors.count)
    let own = exchange.slice.clamped(to: 0..<layout.parameterCount)
    let ranges = layout.tensors.map { $0.stored.clamped(to: own) }
    for start in stride(from: own.lowerBound, to: own.upperBound, by: ParameterLayout.unit) {
      finishGradient(start - exchange.slice.lowerBound)
      let unit = start..<(start + ParameterLayout.unit)
      for (index, range) in ranges.enumerated() where range.overlaps(unit) {
        for place in range.clamped(to: unit) {
          result[index] = Self.larger(result[index], unitGradient[place - start].magnitude)
        }
      }
    }
    // It holds what the unit is a view of.
    withExtendedLifetime(context) {}
    return result
  }

  /// The larger of two magnitudes; not a number where one isn't.
  private static func larger(_ one: Float, _ other: Float) -> Float {
    one.isNaN || other.isNaN ? .nan : max(one, other)
  }
}
