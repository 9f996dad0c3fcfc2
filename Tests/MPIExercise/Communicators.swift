#if MPI
  import Foundation
  import MPI

  /// Barrier, parts of a communicator, shared windows.
  func runCommunicators(_ world: Communicator) throws {
    let checks = Checks(rank: world.rank)
    let size = world.size
    let rank = world.rank

    // Even and odd ranks, each part in falling order of rank.
    if let part = try world.split(color: rank % 2, key: -rank) {
      let members = (0..<size).filter { $0 % 2 == rank % 2 }
      checks.check(
        "split", part.size == members.count && part.rank == members.reversed().firstIndex(of: rank) ?? -1)
      let sum = try part.allReduce(Int64(rank))
      checks.check("collectives of a part", sum == Int64(members.reduce(0, +)))
      try part.free()
      try part.free()
    } else {
      checks.check("split", false)
    }
    let rest = try world.split(color: rank == size - 1 ? nil : 0, key: 0)
    checks.check("split leaves out", (rest == nil) == (rank == size - 1) && (rest?.size ?? size - 1) == size - 1)
    try rest?.free()

    // The tests run on one machine.
    let node = try world.splitShared()
    checks.check("split by shared memory", node.size == size && node.rank == rank)
    try checkWindow(node, checks)
    try checkBarrier(node, checks)
    try node.free()
  }

  /// All ranks see one memory, zero at first, and what each writes.
  private func checkWindow(_ node: Communicator, _ checks: Checks) throws {
    for byteCount in [1, 4096, 1_000_003] {
      let window = try SharedWindow(byteCount: byteCount, communicator: node)
      let bytes = UnsafeMutableRawBufferPointer(start: window.base, count: byteCount)
      checks.check(
        "shared window is aligned", Int(bitPattern: window.base) % SharedWindow.alignment == 0)
      checks.check("shared window has its size", window.byteCount == byteCount)
      checks.check("shared window is zero", bytes.allSatisfy { $0 == 0 })
      try node.barrier()
      // Byte i is written by rank i mod size.
      for i in bytes.indices where i % node.size == node.rank { bytes[i] = UInt8(truncatingIfNeeded: i % 251 + 1) }
      try window.synchronize()
      try node.barrier()
      try window.synchronize()
      checks.check(
        "shared window is one memory", bytes.indices.allSatisfy { bytes[$0] == UInt8(truncatingIfNeeded: $0 % 251 + 1) }
      )
      try window.free()
      try window.free()
    }
  }

  /// Nobody is through a barrier before the slowest has come.
  private func checkBarrier(_ node: Communicator, _ checks: Checks) throws {
    let window = try SharedWindow(byteCount: node.size, communicator: node)
    let flags = UnsafeMutableRawBufferPointer(start: window.base, count: node.size)
    usleep(UInt32(node.rank) * 30_000)
    flags[node.rank] = 1
    try window.synchronize()
    try node.barrier()
    try window.synchronize()
    checks.check("barrier", flags.allSatisfy { $0 == 1 })
    try node.barrier()
    try window.free()
  }
#endif
