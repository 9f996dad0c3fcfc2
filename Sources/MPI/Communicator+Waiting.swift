#if MPI
  internal import CMPI
  internal import Platform

  extension Communicator {
    /// Returns when all ranks have come here, like `barrier`, but waits asleep: the core is left to others, and it
    /// takes up to a millisecond longer (`MPI_Ibarrier`, `MPI_Test`).
    public func quietBarrier() throws(MPIError) {
      let code = completed(polls: 0, pause: 1000) { MPI_Ibarrier(handle, $0) }
      try MPIError.check("MPI_Ibarrier", code, rank: worldRank)
    }

    /// Where this rank `yields`, a barrier before a call that can only wait by polling: all ranks are there then, and
    /// it need not wait.
    func meet() throws(MPIError) {
      if yields { try barrier() }
    }

    /// Does a collective and returns its code: by `blocking`, or, where this rank `yields`, by `started`, its
    /// non-blocking form, whose request it waits for.
    @inline(__always)
    func collective(blocking: () -> Int32, started: (CMPI_RequestPointer) -> Int32) -> Int32 {
      yields ? completed(polls: 20, pause: 50, started) : blocking()
    }

    /// Waits for the request that `start` makes (`MPI_Test`): yields the core after each of the first `polls` tests,
    /// and sleeps for `pause` microseconds after each later one.
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
