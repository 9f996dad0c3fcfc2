#if MPI
  internal import CMPI

  #if canImport(Glibc)
    internal import Glibc
  #elseif canImport(Musl)
    internal import Musl
  #elseif canImport(Darwin)
    internal import Darwin
  #endif

  extension Communicator {
    /// Returns when all ranks have come here, like `barrier`, but waits asleep: the core is left to others, and it
    /// takes up to a millisecond longer (`MPI_Ibarrier`, `MPI_Test`).
    public func quietBarrier() throws(MPIError) {
      let code = completed(polls: 0, pause: 1000) { MPI_Ibarrier(handle, $0) }
      try MPIError.check("MPI_Ibarrier", code, rank: worldRank)
    }

    /// Where this rank `yields`, returns when all ranks have come here: the call that follows waits by polling, and has
    /// nobody to wait for.
    func meet() throws(MPIError) {
      if yields { try barrier() }
    }

    /// The code of a collective: that of `blocking`, or, where this rank `yields`, that of `started` and its request
    /// when it is done. The two do the same.
    @inline(__always)
    func collective(blocking: () -> Int32, started: (CMPI_RequestPointer) -> Int32) -> Int32 {
      yields ? completed(polls: 20, pause: 50, started) : blocking()
    }

    /// Looks `polls` times whether the request that `start` makes is done (`MPI_Test`) and lets others run in between;
    /// then sleeps for `pause` microseconds each time.
    private func completed(polls: Int, pause: UInt32, _ start: (CMPI_RequestPointer) -> Int32) -> Int32 {
      var request = CMPI_REQUEST_NULL()
      return withUnsafeMutablePointer(to: &request) { request in
        var code = start(request)
        var isDone: Int32 = 0
        var looks = 0
        while code == CMPI_SUCCESS() {
          code = MPI_Test(request, &isDone, CMPI_STATUS_IGNORE())
          if isDone != 0 { break }
          if looks < polls { sched_yield() } else { usleep(pause) }
          looks += 1
        }
        return code
      }
    }
  }
#endif
