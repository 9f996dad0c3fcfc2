internal import MPI
package import Teams

// What processes need that each do work of their own, and settle between them who does what.

extension Job {
  /// One worker of each process, in a team whose members wait asleep: they settle what there is to do, while other
  /// threads do it. Given back at the job's end. Collective.
  package func makeCoordinators() throws -> LocalWorkers {
    let lanes = Lanes(batchSize: ranks, count: ranks)
    let team = try fitting(lanes) {
      #if MPI
        if let all {
          return try LocalWorkers(
            lanes: lanes, threads: 1, ranks: all, ranksPerNode: ranksPerNode, sleeps: true, failure: Self.fail)
        }
      #endif
      return try LocalWorkers(lanes: lanes, threads: 1, failure: Self.fail)
    }
    keep(team)
    return team
  }

  /// How many cores are this process's to compute on: the number of threads asked for, or its share of the node's; 0
  /// for one of more processes than cores, which is idle. Collective.
  package func coreShare() throws -> Int {
    if let threads { return threads }
    #if MPI
      if let all { return try LocalWorkers.coreShare(of: all) }
    #endif
    return usableCores()
  }

  /// Cores that one or another process of this node may use; nil without MPI. Collective.
  package func coresOfNode() throws -> Int? {
    #if MPI
      if let all { return try LocalWorkers.coresOfNode(all) }
    #endif
    return nil
  }

  /// A team of this process's own, beside whatever else it does; nothing of it is shared with other processes.
  package static func makeOwnWorkers(_ lanes: Lanes, threads: Int) throws -> LocalWorkers {
    try LocalWorkers(lanes: lanes, threads: threads, failure: fail)
  }

  /// The job of a part of this process's work that other processes have no part in, whoever has started them.
  package static func ofOwnWork() throws -> Job { try Job(nil, threads: nil, ranksPerNode: nil) }
}
