internal import Memory

#if MPI
  internal import MPI

  /// The memory that the processes of a node share, in few windows: making one costs MPI a dozen collective operations.
  struct NodeWindows {
    /// The ranks of this node; nil where this process is alone on its node.
    private let ranks: Communicator?
    private var windows: [SharedWindow] = []
    /// The unused part of the newest window.
    private var rest: Arena?

    /// The least bytes of a window.
    private static let leastByteCount = 1 << 18

    init(_ ranks: Communicator? = nil) { self.ranks = ranks }

    /// An arena of `byteCount` zeroed bytes that `ranks` share, or private ones where the process is alone on its node.
    /// Collective over `ranks`; all pass the same number.
    mutating func allocate(_ byteCount: Int) throws -> Arena {
      guard let ranks else { return Arena(byteCount: byteCount) }
      if let part = rest?.part(byteCount: byteCount) { return part }
      MemoryShortage.check(byteCount)
      let size = max(byteCount + 64, Self.leastByteCount)
      // Under a limit on addresses, ask before MPI does: it would write lines of its own about the failure.
      if let limit = MemoryLimit.ofThisProcess, limit.available < size { MemoryShortage.checkNow(size) }
      if ranks.rank == 0, let room = SharedWindow.freeBytes(in: SharedWindow.directory), room < size {
        throw TeamError.littleSharedMemory(needed: size, available: room, directory: SharedWindow.directory)
      }
      let window = try SharedWindow(byteCount: size, communicator: ranks)
      windows.append(window)
      // The window has that many bytes, aligned, and is kept until `free`.
      let whole = unsafe Arena(lent: window.base, byteCount: window.byteCount)
      guard let part = whole.part(byteCount: byteCount) else { preconditionFailure("a window that is too small") }
      rest = whole
      return part
    }

    /// Frees all windows and the communicator; collective.
    mutating func free() throws {
      for window in windows { try window.free() }
      windows = []
      rest = nil
      try ranks?.free()
    }
  }
#else
  /// The memory of a node's one process.
  struct NodeWindows {
    /// An arena of `byteCount` zeroed bytes.
    func allocate(_ byteCount: Int) throws -> Arena { Arena(byteCount: byteCount) }
  }
#endif
