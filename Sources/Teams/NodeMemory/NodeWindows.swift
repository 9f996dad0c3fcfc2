internal import Memory

#if MPI
  internal import Kernels
  internal import MPI

  /// The memory that the processes of a node share, in few windows: making one costs MPI a dozen collective operations.
  struct NodeWindows {
    /// The ranks of this node; nil where this process is alone on its node.
    private let ranks: Communicator?
    private var windows: [SharedWindow] = []
    /// What is left of the latest.
    private var rest: Arena?

    /// Bytes of a window that isn't made for one large section.
    private static let leastByteCount = 1 << 18

    init(_ ranks: Communicator? = nil) { self.ranks = ranks }

    /// An arena of so many zeroed bytes that the node's ranks share, of this process's own where it is alone on its
    /// node; collective over them, with the same number on all.
    mutating func allocate(_ byteCount: Int) throws -> Arena {
      guard let ranks else { return Arena(byteCount: byteCount) }
      if let part = rest?.part(byteCount: byteCount) { return part }
      MemoryShortage.check(byteCount)
      let size = max(byteCount + 64, Self.leastByteCount)
      // Where there is a limit on addresses, the library has lines of its own for one that is reached.
      if let limit = MemoryLimit.ofThisProcess, limit.available < size { MemoryShortage.checkNow(size) }
      if ranks.rank == 0, let room = SharedWindow.freeBytes(in: SharedWindow.directory), room < size {
        throw TeamError.littleSharedMemory(needed: size, available: room, directory: SharedWindow.directory)
      }
      let window = try SharedWindow(byteCount: size, communicator: ranks)
      windows.append(window)
      // The window has so many bytes, aligned, and is kept until all is freed.
      let whole = unsafe Arena(lent: window.base, byteCount: window.byteCount)
      guard let part = whole.part(byteCount: byteCount) else { preconditionFailure("a window that is too small") }
      rest = whole
      return part
    }

    /// Gives everything back, the communicator too; collective.
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
    /// An arena of so many zeroed bytes.
    func allocate(_ byteCount: Int) throws -> Arena { Arena(byteCount: byteCount) }
  }
#endif
