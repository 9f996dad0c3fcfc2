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

/// The whole state of a run, gathered on one worker: what a digest covers and files hold.
struct RunState {
  /// By tensor, in the layout's order.
  var parameters: [[Float]]
  var firstMoments: [[Float]]
  var secondMoments: [[Float]]
  var runningStatistics: [(name: String, values: [Float])]
  /// (streams, hidden); empty where no state is carried.
  var hidden: [Float]
  var updates: Int

  /// SHA-256 over parameters, moments, running statistics, hidden states and step count, little-endian, as 64 hex digits.
  var digest: String {
    var hash = SHA256()
    for tensor in parameters + firstMoments + secondMoments + runningStatistics.map(\.values) + [hidden] {
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
    let first = team.gather(littleEndianBytes(firstMoments.array))
    let second = team.gather(littleEndianBytes(secondMoments.array))
    let hidden = team.gather(littleEndianBytes(ownHidden()))
    guard team.rank == 0 else { return nil }
    let arena = Arena(byteCount: Arena.byteCount(layout.count, of: Float.self))
    let flat: Window<Float> = arena.take(layout.count)
    func tensors(_ slices: [[UInt8]]) -> [[Float]] {
      flat.copy(from: floats(littleEndian: Array(slices.joined())))
      return layout.tensors.map { $0.read(flat) }
    }
    return RunState(
      parameters: layout.tensors.map { $0.read(exchange.parameters) }, firstMoments: tensors(first),
      secondMoments: tensors(second),
      runningStatistics: model.runningStatistics.map { ($0.name, $0.values.array) },
      hidden: floats(littleEndian: Array(hidden.joined())), updates: updates)
  }

  /// The hidden state of this worker's streams, (streams, hidden) row by row; empty where none is carried.
  private func ownHidden() -> [Float] {
    guard let state = model.state else { return [] }
    let panels = Panels(state, rows: context.streams, columns: context.hidden)
    return (0..<panels.rows).flatMap { stream in (0..<panels.columns).map { panels[stream, $0] } }
  }
}
