internal import Crypto
internal import Kernels
internal import Teams

/// The bytes of floats, little-endian.
func littleEndianBytes(_ values: [Float]) -> [UInt8] {
  var bytes: [UInt8] = []
  bytes.reserveCapacity(4 * values.count)
  for value in values {
    let bits = value.bitPattern
    bytes.append(UInt8(truncatingIfNeeded: bits))
    bytes.append(UInt8(truncatingIfNeeded: bits >> 8))
    bytes.append(UInt8(truncatingIfNeeded: bits >> 16))
    bytes.append(UInt8(truncatingIfNeeded: bits >> 24))
  }
  return bytes
}

/// Floats from their little-endian bytes.
func floats(littleEndian bytes: [UInt8]) -> [Float] {
  (0..<(bytes.count / 4)).map { index in
    let byte = { UInt32(bytes[4 * index + $0]) << UInt32(8 * $0) }
    return Float(bitPattern: byte(0) | byte(1) | byte(2) | byte(3))
  }
}

/// The whole state of a run, gathered on one worker: what a digest covers and weights files hold.
struct RunState {
  /// By tensor, in the shape's order.
  var parameters: [[Float]]
  var firstMoments: [[Float]]
  var secondMoments: [[Float]]
  var runningMean: [Float]
  var runningVariance: [Float]
  /// (streams, hidden)
  var hidden: [Float]
  var updates: Int

  /// SHA-256 over parameters, moments, running statistics, hidden states and step count, little-endian, as 64 hex digits.
  var digest: String {
    var hash = SHA256()
    for tensor in parameters + firstMoments + secondMoments + [runningMean, runningVariance, hidden] {
      hash.update(data: littleEndianBytes(tensor))
    }
    hash.update(data: (0..<8).map { UInt8(truncatingIfNeeded: updates >> (8 * $0)) })
    return hash.finalize().map { byte in
      let text = String(byte, radix: 16)
      return byte < 16 ? "0" + text : text
    }.joined()
  }
}

extension Trainer {
  /// The run's state on worker 0, nil elsewhere. Collective.
  func gatherState() -> RunState? {
    let shape = model.shape
    let first = team.gather(littleEndianBytes(firstMoments.array))
    let second = team.gather(littleEndianBytes(secondMoments.array))
    var own: [Float] = []
    for stream in 0..<model.streams {
      for channel in 0..<shape.hidden {
        own.append(model.state[channel / 16 * model.streams * 16 + stream * 16 + channel % 16])
      }
    }
    let hidden = team.gather(littleEndianBytes(own))
    guard team.rank == 0 else { return nil }
    let arena = Arena(byteCount: Arena.byteCount(shape.parameterCount, of: Float.self))
    let flat: Window<Float> = arena.take(shape.parameterCount)
    func tensors(_ slices: [[UInt8]]) -> [[Float]] {
      flat.copy(from: floats(littleEndian: Array(slices.joined())))
      return shape.tensors.map { $0.read(flat) }
    }
    return RunState(
      parameters: shape.tensors.map { $0.read(exchange.parameters) }, firstMoments: tensors(first),
      secondMoments: tensors(second), runningMean: model.runningMean[0..<shape.hidden].array,
      runningVariance: model.runningVariance[0..<shape.hidden].array,
      hidden: floats(littleEndian: Array(hidden.joined())), updates: updates)
  }
}
