internal import Crypto
internal import Files
internal import Memory

/// The whole state of a run, free of any number of workers: what a digest covers and files hold.
struct RunState: Sendable, Equatable {
  /// By tensor, in the layout's order, each in PyTorch's.
  var parameters: [[Float]]
  var firstMoments: [[Float]]
  var secondMoments: [[Float]]
  var runningStatistics: [[Float]]
  /// The carried states, (streams, width) each.
  var carried: [[Float]]
  /// Updates of the optimizer.
  var updates: Int

  /// SHA-256 over parameters, moments, running statistics, hidden states and step count, little-endian, as 64 hex digits.
  var digest: String {
    var hash = SHA256()
    for tensor in parameters + firstMoments + secondMoments + runningStatistics + carried {
      hash.update(data: littleEndianBytes(tensor))
    }
    hash.update(data: (0..<8).map { UInt8(truncatingIfNeeded: updates >> (8 * $0)) })
    return hexadecimal(hash.finalize())
  }
}
