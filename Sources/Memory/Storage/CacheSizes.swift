/// The data caches that a core of this machine has to itself or shares, by which work is cut into blocks.
///
/// Sizes choose the order of work and its speed, never a bit of a result: nodes of a cluster may have different ones.
public struct CacheSizes: Sendable, Equatable {
  /// Bytes of the first-level data cache.
  public var first: Int
  /// Bytes of the second-level cache.
  public var second: Int

  /// Those of common x86-64 servers, for systems that don't say.
  public static let common = CacheSizes(first: 32 << 10, second: 512 << 10)

  /// Caches of so many bytes.
  public init(first: Int, second: Int) {
    self.first = first
    self.second = second
  }

  /// What a machine's are taken for at least, and at most: a virtual machine may name sizes that no core has.
  public static let smallest = CacheSizes(first: 16 << 10, second: 256 << 10)
  private static let largest = CacheSizes(first: 256 << 10, second: 4 << 20)

  /// Those of this machine, read once.
  public static let ofThisMachine = CacheSizes(directory: "/sys/devices/system/cpu/cpu0/cache").bounded

  /// What the entries `index0`, `index1` and so on of a directory of Linux's `/sys` say; the common size for a cache
  /// that isn't there.
  init(directory: String) {
    self = .common
    func entry(_ index: Int, _ name: String) -> Substring? {
      SystemFile("\(directory)/index\(index)/\(name)")?.words.first?.first
    }
    var index = 0
    while let level = entry(index, "level") {
      if let bytes = entry(index, "size").flatMap(Self.bytes), entry(index, "type") != "Instruction" {
        if level == "1" { first = bytes }
        if level == "2" { second = bytes }
      }
      index += 1
    }
  }

  /// Bytes of a size such as "32K"; nil for anything else.
  private static func bytes(_ size: Substring) -> Int? {
    let factor = size.hasSuffix("K") ? 1 << 10 : size.hasSuffix("M") ? 1 << 20 : nil
    guard let factor, let number = Int(size.dropLast()), number > 0, number < 1 << 20 else { return nil }
    return number * factor
  }

  private var bounded: CacheSizes {
    CacheSizes(
      first: min(max(first, Self.smallest.first), Self.largest.first),
      second: min(max(second, Self.smallest.second), Self.largest.second))
  }
}
