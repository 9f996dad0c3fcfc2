/// The operations in which workers wait for each other, as they are recorded for the watchdogs.
enum TeamOperation: UInt64, CustomStringConvertible {
  case none
  case barrier
  case sums
  case reduceScatter
  case allGather
  case memory
  case broadcastOrGather

  /// Added to what is recorded while a node's first worker waits for other nodes.
  static let otherNodes: UInt64 = 1 << 32

  /// As messages call it.
  var description: String {
    switch self {
    case .none: "the start"
    case .barrier: "a barrier"
    case .sums: "an exchange of sums"
    case .reduceScatter: "the gradient's reduce-scatter"
    case .allGather: "the parameters' all-gather"
    case .memory: "the making of shared memory"
    case .broadcastOrGather: "a broadcast or gather"
    }
  }
}
