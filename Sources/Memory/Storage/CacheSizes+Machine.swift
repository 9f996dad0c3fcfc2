extension CacheSizes {
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
}
