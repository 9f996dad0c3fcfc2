/// Zeroed memory that one worker asks for piece by piece and keeps as long as the storage lives.
///
/// Pieces are cut from large regions, which the system is asked to back by huge pages: small pages, spread at random
/// over physical memory, leave the sets of the second-level cache unevenly filled, and a step that fits into it then
/// misses. What needs only a small part of that cache gains nothing: the first region, which is enough for a small
/// model, has ordinary pages.
public final class Storage {
  private var arenas: [Arena] = []
  private var left = 0
  private let plan: MemoryPlan?

  /// Holds nothing yet.
  ///
  /// - plan: counts the memory, which is then not taken.
  public init(_ plan: MemoryPlan? = nil) { self.plan = plan }

  /// `count` zeroed elements, starting on a 64-byte boundary.
  public func take<Element: BitwiseCopyable>(
    _ count: Int, of type: Element.Type = Element.self, for use: MemoryUse = .activations
  ) -> BufferView<Element> {
    let bytes = Arena.byteCount(count, of: type)
    if bytes > left {
      // The rest of the previous region is no longer used.
      plan?.add(left, for: .activations)
      let isFirst = arenas.isEmpty && bytes <= firstByteCount
      let pages = (bytes + hugePage - 1) / hugePage
      let arena =
        plan?.arena(byteCount: isFirst ? firstByteCount : pages * hugePage)
        ?? (isFirst ? Arena(byteCount: firstByteCount) : Arena(hugePages: pages))
      arenas.append(arena)
      left = arena.byteCount
    }
    left -= bytes
    plan?.add(bytes, for: use)
    return arenas[arenas.count - 1].take(count)
  }

  /// A region of its own, zeroed; it belongs to the caller.
  public func makeArena(byteCount: Int, for use: MemoryUse) -> Arena {
    guard let plan else { return Arena(byteCount: byteCount) }
    plan.add(byteCount, for: use)
    return plan.arena(byteCount: max(byteCount, 64))
  }
}

/// Bytes of the first region, in ordinary pages: enough for either of two workers of the default run.
private let firstByteCount = 320 << 10

/// Bytes of a huge page, where the system has them.
private let hugePage = 2 << 20

extension Arena {
  /// Allocates `count` times 2 MiB of zeroed memory, aligned to 2 MiB, in huge pages where the system has them to give.
  fileprivate convenience init(hugePages count: Int) {
    let size = count * hugePage
    let base = allocateZeroed(size, alignment: hugePage, inHugePages: true)
    self.init(owning: base, byteCount: size)
  }
}
