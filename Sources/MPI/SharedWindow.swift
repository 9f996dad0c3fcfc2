#if MPI
  internal import CMPI
  internal import Platform

  /// Memory that the ranks of one node share (`MPI_Win_allocate_shared`).
  ///
  /// Every rank sees the same bytes, at an address of its own. MPI orders nothing here: ranks that write and read the
  /// same bytes order themselves, by atomics or by `Communicator.barrier`. Freed by `free`, explicitly, since that is
  /// collective.
  @safe
  public final class SharedWindow {
    /// The first byte, aligned to `alignment`. Valid until `free`.
    @unsafe public let base: UnsafeMutableRawPointer
    /// Bytes that all ranks see.
    public let byteCount: Int
    /// Alignment of the first byte on every rank: a cache line.
    public static let alignment = 64

    private let window: MPI_Win
    private let communicator: Communicator
    private var isFreed = false

    /// Allocates `byteCount` zeroed bytes on rank 0, which all ranks of `communicator` see; collective. All ranks pass
    /// the same number. The communicator must be of one node: `Communicator.splitShared`.
    ///
    /// Throws also when the node has no room for it (`MPI_Win_allocate_shared`, `MPI_Win_shared_query`).
    public init(byteCount: Int, communicator: Communicator) throws(MPIError) {
      precondition(byteCount > 0, "a shared window of \(byteCount) bytes")
      let rank = communicator.worldRank
      var own: UnsafeMutableRawPointer?
      var window = CMPI_WIN_NULL()
      try communicator.meet()
      // The library promises no alignment: room to move on to the next boundary.
      let size = communicator.rank == 0 ? byteCount + Self.alignment : 0
      try MPIError.check(
        "MPI_Win_allocate_shared",
        MPI_Win_allocate_shared(size, 1, CMPI_INFO_NULL(), communicator.handle, &own, &window), rank: rank)
      let handle = try Self.opened(window, rank: rank)

      var start: UnsafeMutableRawPointer?
      var length: MPI_Aint = 0
      var unit: Int32 = 0
      try MPIError.check(
        "MPI_Win_shared_query", MPI_Win_shared_query(handle, 0, &length, &unit, &start), rank: rank)
      guard let start, length >= byteCount + Self.alignment else {
        throw MPIError(
          operation: "MPI_Win_shared_query", errorClass: .size,
          text: "\(byteCount + Self.alignment) bytes asked for, \(length) there", rank: rank)
      }

      if communicator.rank == 0 { start.initializeMemory(as: UInt8.self, repeating: 0, count: size) }
      // All ranks see the same bytes, at different addresses: the first boundary must be at the same byte for all, so
      // the least and the greatest distance to it must be equal. After this all-reduce all ranks see zeroes.
      let shift = Int64(Self.distanceToBoundary(start))
      var shifts = [shift, -shift]
      var span = shifts.mutableSpan
      try communicator.allReduce(&span, .max)
      guard shifts[0] == -shifts[1] else {
        throw MPIError(
          operation: "MPI_Win_allocate_shared", errorClass: .window,
          text: "the ranks see the shared memory at addresses of different alignment", rank: rank)
      }
      self.window = handle
      self.communicator = communicator
      self.byteCount = byteCount
      base = start + Int(shift)
    }

    /// Makes this rank's writes visible and others' writes seen, for ranks that order themselves by a barrier around it
    /// (`MPI_Win_sync`).
    public func synchronize() throws(MPIError) {
      try MPIError.check("MPI_Win_sync", MPI_Win_sync(window), rank: communicator.worldRank)
    }

    /// Frees the memory (`MPI_Win_free`), collectively; a second call does nothing. No rank may use `base` afterwards.
    public func free() throws(MPIError) {
      guard !isFreed else { return }
      isFreed = true
      let rank = communicator.worldRank
      try communicator.meet()
      try MPIError.check("MPI_Win_unlock_all", MPI_Win_unlock_all(window), rank: rank)
      var handle = CMPI_WIN_NULL()
      handle = window
      try MPIError.check("MPI_Win_free", MPI_Win_free(&handle), rank: rank)
    }

    /// `window` with its errors returned (`MPI_Win_set_errhandler`), open to loads and stores for its whole life
    /// (`MPI_Win_lock_all`).
    private static func opened(_ window: MPI_Win?, rank: Int) throws(MPIError) -> MPI_Win {
      guard let window else { preconditionFailure("a shared window without a handle") }
      try MPIError.check(
        "MPI_Win_set_errhandler", MPI_Win_set_errhandler(window, CMPI_ERRORS_RETURN()), rank: rank)
      try MPIError.check("MPI_Win_lock_all", MPI_Win_lock_all(CMPI_MODE_NOCHECK(), window), rank: rank)
      return window
    }

    /// The directory in whose file system a node's shared memory lies.
    public static var directory: String {
      getenv("OMPI_MCA_osc_sm_backing_directory").map { String(cString: $0) } ?? "/dev/shm"
    }

    /// Bytes that are free in a directory's file system (`statvfs`); nil where it can't be read.
    public static func freeBytes(in directory: String) -> Int? {
      var file = statvfs()
      guard statvfs(directory, &file) == 0, file.f_frsize > 0 else { return nil }
      return Int(clamping: UInt64(file.f_bavail).multipliedReportingOverflow(by: UInt64(file.f_frsize)).partialValue)
    }

    private static func distanceToBoundary(_ pointer: UnsafeMutableRawPointer) -> Int {
      Int(bitPattern: pointer) & (alignment - 1) == 0 ? 0 : alignment - Int(bitPattern: pointer) & (alignment - 1)
    }
  }
#endif
