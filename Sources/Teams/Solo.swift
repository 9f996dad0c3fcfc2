internal import Kernels

/// A team of one worker: nothing crosses, nothing costs.
public final class Solo: Team {
  /// As `Team` describes it.
  public let lanes: Lanes
  private let layout: RootLayout
  /// As `Team` describes it.
  public var rank: Int { 0 }
  /// As `Team` describes it.
  public var size: Int { 1 }

  /// Takes the run's lanes.
  public init(lanes: Lanes) {
    self.lanes = lanes
    layout = RootLayout(lanes, size: 1)
  }

  /// As `Team` describes it.
  public func barrier() {}
  /// As `Team` describes it.
  public func makeTreeExchange(floats: Int, doubles: Int) -> TreeExchange {
    TreeExchange(floats: floats, doubles: doubles, layout: layout, rank: 0)
  }
  /// As `Team` describes it.
  public func complete(_ exchange: TreeExchange) {}
  /// As `Team` describes it.
  public func makeParameterExchange(count: Int, unit: Int) -> ParameterExchange {
    ParameterExchange(count: count, unit: unit, layout: layout, rank: 0)
  }
  /// As `Team` describes it.
  public func reduceScatter(_ exchange: ParameterExchange) {}
  /// As `Team` describes it.
  public func allGather(_ exchange: ParameterExchange) {}
  /// As `Team` describes it.
  public func broadcast(_ bytes: [UInt8], from root: Int) -> [UInt8] { bytes }
  /// As `Team` describes it.
  public func gather(_ bytes: [UInt8]) -> [[UInt8]] { [bytes] }
}
