#if MPI
  internal import CMPI
  internal import Platform

  /// A group of ranks that talk to each other (`MPI_Comm`).
  ///
  /// Its operations are collective: every rank of the communicator calls the same ones in the same order, from the
  /// thread that started the `World`. They return when this rank's part is done. Lengths that don't fit together trap;
  /// what the library reports is thrown as `MPIError`, after which the communicator is unusable.
  public final class Communicator {
    let handle: MPI_Comm
    /// This rank within the communicator, `0..<size`.
    public let rank: Int
    /// Number of ranks.
    public let size: Int
    /// This rank in the world, for errors.
    let worldRank: Int
    private var isFreed = false
    /// Whether a rank that waits leaves its core to others, for ranks that have no core each. Must be the same on all
    /// ranks; communicators split from this one inherit it. Open MPI does so by itself when it is told
    /// (`World.settings`); MPICH never.
    public var yields = false

    /// Takes over `handle` and has its errors returned (`MPI_Comm_set_errhandler`). A world rank of nil means that this
    /// is the world's own communicator.
    init(_ handle: MPI_Comm?, worldRank: Int?) throws(MPIError) {
      guard let handle else { preconditionFailure("a communicator without a handle") }
      try MPIError.check(
        "MPI_Comm_set_errhandler", MPI_Comm_set_errhandler(handle, CMPI_ERRORS_RETURN()), rank: worldRank)
      var rank: Int32 = 0
      var size: Int32 = 0
      try MPIError.check("MPI_Comm_rank", MPI_Comm_rank(handle, &rank), rank: worldRank)
      try MPIError.check("MPI_Comm_size", MPI_Comm_size(handle, &size), rank: worldRank)
      self.handle = handle
      self.rank = Int(rank)
      self.size = Int(size)
      self.worldRank = worldRank ?? Int(rank)
    }

    /// Returns when all ranks have come here (`MPI_Barrier`).
    public func barrier() throws(MPIError) {
      let code = collective {
        MPI_Barrier(handle)
      } started: {
        MPI_Ibarrier(handle, $0)
      }
      try MPIError.check("MPI_Barrier", code, rank: worldRank)
    }

    /// Splits the ranks into one communicator for each `color`, ordered by `key`, equal keys by rank
    /// (`MPI_Comm_split`).
    ///
    /// Returns nil on ranks whose color is nil (`MPI_UNDEFINED`). A color is at least 0.
    public func split(color: Int?, key: Int) throws(MPIError) -> Communicator? {
      let number: Int32
      if let color {
        precondition(color >= 0, "color \(color) is negative")
        number = try MPIError.count("MPI_Comm_split", color, rank: worldRank)
      } else {
        number = CMPI_UNDEFINED()
      }
      let order = try MPIError.count("MPI_Comm_split", key, rank: worldRank)
      try meet()
      var part = CMPI_COMM_NULL()
      try MPIError.check("MPI_Comm_split", MPI_Comm_split(handle, number, order, &part), rank: worldRank)
      return part == CMPI_COMM_NULL() ? nil : try made(part)
    }

    /// The ranks that can share memory with this one, the ranks of its node, in this communicator's order
    /// (`MPI_Comm_split_type` with `MPI_COMM_TYPE_SHARED`).
    public func splitShared() throws(MPIError) -> Communicator {
      try meet()
      var part = CMPI_COMM_NULL()
      try MPIError.check(
        "MPI_Comm_split_type",
        MPI_Comm_split_type(handle, CMPI_COMM_TYPE_SHARED(), Int32(rank), CMPI_INFO_NULL(), &part), rank: worldRank)
      return try made(part)
    }

    private func made(_ part: MPI_Comm?) throws(MPIError) -> Communicator {
      let part = try Communicator(part, worldRank: worldRank)
      part.yields = yields
      return part
    }

    /// Frees the communicator (`MPI_Comm_free`), collectively; a second call does nothing. Not for the world's.
    public func free() throws(MPIError) {
      guard !isFreed else { return }
      isFreed = true
      try meet()
      // The library sets its argument to MPI_COMM_NULL.
      var handle = CMPI_COMM_NULL()
      handle = self.handle
      try MPIError.check("MPI_Comm_free", MPI_Comm_free(&handle), rank: worldRank)
    }

    /// Ends all ranks at once (`MPI_Abort`); the launcher returns `code`. Nothing is printed.
    public func abort(code: Int32) -> Never {
      MPI_Abort(handle, code)
      exit(code)
    }

    /// Prints `error` as one line on standard error, `<program>: <error>`, then ends all ranks; the launcher returns
    /// `code`.
    public func abort(with error: any Error, code: Int32 = 1) -> Never {
      writeErrorLine(error)
      abort(code: code)
    }
  }
#endif
