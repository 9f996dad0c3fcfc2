/// The data caches that a core of this machine has to itself or shares, by which work is cut into blocks.
///
/// Sizes choose the order of work and its speed, never a bit of a result: nodes of a cluster may have different ones.
@frozen
public struct CacheSizes: Sendable, Equatable {
  /// Bytes of the first-level data cache.
  public var first: Int
  /// Bytes of the second-level cache.
  public var second: Int

  /// Those of common x86-64 servers, for systems that don't say.
  @inlinable
  public static var common: CacheSizes { CacheSizes(first: 32 << 10, second: 512 << 10) }

  /// Caches of so many bytes.
  @inlinable
  public init(first: Int, second: Int) {
    self.first = first
    self.second = second
  }

  /// What a machine's are taken for at least, and at most: a virtual machine may name sizes that no core has.
  @inlinable
  public static var smallest: CacheSizes { CacheSizes(first: 16 << 10, second: 256 << 10) }
  private static var largest: CacheSizes { CacheSizes(first: 256 << 10, second: 4 << 20) }

  /// These within what a machine's are taken for.
  var bounded: CacheSizes {
    CacheSizes(
      first: min(max(first, Self.smallest.first), Self.largest.first),
      second: min(max(second, Self.smallest.second), Self.largest.second))
  }
}
