#if MPI
  import MPI

  /// Errors that no rank waits for another's part of, each reported by every rank as
  /// `<operation>|<class>|<rank>|<whether there is text>|<description>`.
  func provokeErrors(_ world: Communicator) throws {
    report { () throws(MPIError) in
      var value: [Int32] = [1]
      var span = value.mutableSpan
      try world.broadcast(&span, root: world.size)
    }
    // A part numbers its ranks anew; an error tells the world's number.
    guard let part = try world.split(color: 0, key: -world.rank) else { return }
    report { () throws(MPIError) in
      var value: [Double] = [1]
      var span = value.mutableSpan
      try part.broadcast(&span, root: -1)
    }
    // More than a C int counts; never touched, so it costs no memory.
    let count = Int(Int32.max) + 1
    let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: count)
    defer { memory.deallocate() }
    report { () throws(MPIError) in
      var span = MutableSpan(_unsafeElements: memory)
      try world.broadcast(&span, root: 0)
    }
    report { () throws(MPIError) in _ = try world.split(color: count, key: 0) }
  }

  private func report(_ body: () throws(MPIError) -> Void) {
    do {
      try body()
      tell("nothing thrown")
    } catch {
      let rank = error.rank.map { "\($0)" } ?? "nil"
      tell("\(error.operation)|\(error.errorClass.rawValue)|\(rank)|\(!error.text.isEmpty)|\(error)")
    }
  }

  /// Prints the line and its end in one piece: under MPICH each piece is written at once, and ranks' pieces mix.
  private func tell(_ line: String) { print(line + "\n", terminator: "") }

  /// The last rank meets an error and ends all; the others wait for it.
  func giveUp(_ world: Communicator, code: Int32) throws {
    if world.rank == world.size - 1 {
      var value: [Int64] = [1]
      var span = value.mutableSpan
      do { try world.broadcast(&span, root: world.size) } catch { world.abort(with: error, code: code) }
    }
    try world.barrier()
  }
#endif
