internal import Teams
internal import Memory
internal import Models

/// What was found in a step that isn't finite; the same on all workers.
struct StepFinding {
  let loss: Double
  /// The tensor with the largest gradient, and that gradient's magnitude; what isn't a number counts as largest.
  let tensor: String
  let largest: Float
}

extension Trainer {
  /// Does forward and backward of a step without its update, and looks at the gradient. Collective; moves hidden state and running
  /// statistics on.
  func inspectStep(_ step: Int) -> StepFinding {
    let loss = gradient(ofStep: step)
    var slice: [Float] = []
    for block in stride(from: 0, to: exchange.slice.count, by: ParameterLayout.unit) {
      foldGradient(block)
      slice += blockGradient.array
    }
    let slices = team.gather(littleEndianBytes(slice))
    var message: [UInt8] = []
    if team.rank == 0 {
      let arena = Arena(byteCount: Arena.byteCount(layout.count, of: Float.self))
      let flat: Window<Float> = arena.take(layout.count)
      flat.copy(from: floats(littleEndian: Array(slices.joined())[...]))
      let magnitudes = layout.tensors.map { tensor in
        tensor.read(flat).reduce(Float(0)) { $1.magnitude > $0 || $1.isNaN ? ($0.isNaN ? $0 : $1.magnitude) : $0 }
      }
      var largest = 0
      for (index, value) in magnitudes.enumerated() where !magnitudes[largest].isNaN {
        if value.isNaN || value > magnitudes[largest] { largest = index }
      }
      message = littleEndianBytes([magnitudes[largest]]) + Array(layout.tensors[largest].name.utf8)
    }
    message = team.broadcast(message, from: 0)
    return StepFinding(
      loss: loss, tensor: String(decoding: message.dropFirst(4), as: UTF8.self),
      largest: floats(littleEndian: message[..<4])[0])
  }
}
