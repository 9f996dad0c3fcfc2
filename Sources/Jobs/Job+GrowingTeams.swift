internal import MPI
package import Teams

extension Job {
  /// Runs `body` in turn on teams of 1, 2, 4, … of the job's workers and on all of them; a process that has none of a
  /// team's workers waits asleep. Collective.
  ///
  /// Where processes run several threads, teams beyond one process are of whole processes. `body` gets this process's
  /// workers and the number of all.
  package func forGrowingTeams(lanes: (Int) -> Lanes, _ body: (LocalWorkers, Int) throws -> Void) throws {
    let threads = try threads(for: lanes(1))
    for count in Self.growingCounts(of: ranks * threads) where count <= threads || count % threads == 0 {
      #if MPI
        if let all {
          let own = min(max(count - all.rank * threads, 0), threads)
          if let part = try all.split(color: own > 0 ? 0 : nil, key: all.rank) {
            let team = try fitting(lanes(count)) {
              try LocalWorkers(
                lanes: lanes(count), threads: own, ranks: part, ranksPerNode: ranksPerNode, failure: Self.fail)
            }
            try body(team, count)
            try team.free()
            try part.free()
          }
          try all.quietBarrier()
          continue
        }
      #endif
      let team = try fitting(lanes(count)) {
        try LocalWorkers(lanes: lanes(count), threads: count, failure: Self.fail)
      }
      try body(team, count)
    }
  }

  /// 1, 2, 4, … and `count`.
  static func growingCounts(of count: Int) -> [Int] {
    sequence(first: 1) { $0 * 2 }.prefix { $0 < count } + [count]
  }
}
