internal import Kernels

/// A team of one worker: nothing crosses, nothing costs.
public final class Solo: Team {
  public let lanes: Lanes
  private let layout: RootLayout
  public var rank: Int { 0 }
  public var size: Int { 1 }

  /// Takes the run's lanes.
  public init(lanes: Lanes) {
    self.lanes = lanes
    layout = RootLayout(lanes, size: 1)
  }

  public func barrier() {}
  public func makeTreeExchange(floats: Int, doubles: Int) -> TreeExchange {
    TreeExchange(floats: floats, doubles: doubles, layout: layout, rank: 0)
  }
  public func complete(_ exchange: TreeExchange) {}
  public func makeParameterExchange(count: Int, unit: Int) -> ParameterExchange {
    ParameterExchange(count: count, unit: unit, layout: layout, rank: 0)
  }
  public func reduceScatter(_ exchange: ParameterExchange) {}
  public func allGather(_ exchange: ParameterExchange) {}
  public func broadcast(_ bytes: [UInt8], from root: Int) -> [UInt8] { bytes }
  public func gather(_ bytes: [UInt8]) -> [[UInt8]] { [bytes] }
}
