/// Memory for the life of a run, zeroed, from which views are cut at 64-byte boundaries.
///
/// It either allocates its bytes itself or cuts up bytes that were lent to it, such as a window that the ranks of a
/// node share. Views cut from an arena are valid as long as the arena.
@safe
public final class Arena: @unchecked Sendable {
  private let base: UnsafeMutableRawPointer
  private let owned: Bool
  private var used = 0
  /// Bytes in all.
  public let byteCount: Int

  /// Allocates `byteCount` zeroed bytes, aligned to 64.
  public init(byteCount: Int) {
    let size = Self.aligned(max(byteCount, 1))
    base = allocateZeroed(size, alignment: 64)
    owned = true
    self.byteCount = size
  }

  /// Cuts up `byteCount` bytes from `base` on, which belong to somebody else, are aligned to 64 and outlive this arena.
  @unsafe
  public init(lent base: UnsafeMutableRawPointer, byteCount: Int) {
    precondition(UInt(bitPattern: base) % 64 == 0, "lent memory is not aligned to 64 bytes")
    self.base = base
    owned = false
    self.byteCount = byteCount
  }

  /// Takes over `byteCount` bytes from `base` on, of `allocateZeroed`.
  init(owning base: UnsafeMutableRawPointer, byteCount: Int) {
    self.base = base
    owned = true
    self.byteCount = byteCount
  }

  deinit { if owned { release(base) } }

  /// The next `count` elements, starting on a 64-byte boundary; traps when the arena is used up.
  public func take<Element: BitwiseCopyable>(_ count: Int, of type: Element.Type = Element.self) -> BufferView<Element>
  {
    let start = used
    used = start + Self.byteCount(count, of: type)
    precondition(used <= byteCount, "arena of \(byteCount) bytes is used up")
    return BufferView(base: (base + start).bindMemory(to: type, capacity: count), count: count)
  }

  /// An arena of the next `byteCount` bytes, rounded up to a multiple of 64, valid as long as this one; nil when fewer
  /// are left.
  public func part(byteCount: Int) -> Arena? {
    guard used + Self.aligned(byteCount) <= self.byteCount else { return nil }
    return Arena(lent: take(Self.aligned(byteCount), of: UInt8.self).base, byteCount: Self.aligned(byteCount))
  }

  /// Bytes that `take` uses for `count` elements of `type`, padding included.
  public static func byteCount<Element: BitwiseCopyable>(_ count: Int, of type: Element.Type) -> Int {
    aligned(count * MemoryLayout<Element>.stride)
  }

  private static func aligned(_ bytes: Int) -> Int { (bytes + 63) & ~63 }
}
