public import Files
package import Teams

/// Work that the first worker or process does for all: they get its bytes, or all throw its error.
package enum SharedOutcome {
  /// What all throw.
  package typealias Failure = RunError

  /// What `make` returns on the first, on all; where it throws there, all throw the same. Collective.
  ///
  /// - isFirst: whether this is the one that does it; broadcast: gives all the first's bytes, however many they are.
  static func share(
    isFirst: Bool, _ broadcast: (inout [UInt8]) throws -> Void, _ make: () throws(Failure) -> [UInt8]
  ) throws -> [UInt8] {
    var message: [UInt8] = []
    if isFirst {
      do throws(Failure) { message = [0] + (try make()) } catch { message = [1] + error.message }
    }
    try broadcast(&message)
    let content = Array(message.dropFirst())
    guard message.first == 0 else { throw RunError(message: content).agreed }
    return content
  }

  /// The bytes that `make` returns on worker 0, on all workers. Collective.
  package static func share(_ team: any Team, _ make: () throws(Failure) -> [UInt8]) throws -> [UInt8] {
    try share(isFirst: team.rank == 0, { $0 = team.broadcast($0, from: 0) }, make)
  }

  /// What `work` returns on worker 0, which alone does it; nil elsewhere. Collective.
  package static func first<Result>(_ team: any Team, _ work: () throws(Failure) -> Result) throws -> Result? {
    var result: Result?
    _ = try share(team) { () throws(Failure) in
      result = try work()
      return []
    }
    return result
  }

  /// Calls `body` on every worker, which may fail on some: all throw the error of the first of these, which says
  /// where it has happened. Collective.
  package static func agree<Result>(_ team: any Team, _ body: () throws(Failure) -> Result) throws -> Result {
    var result: Result?
    var message: [UInt8] = []
    do throws(Failure) { result = try body() } catch { message = Job.locating(error).message }
    let first = team.gather(message).first { !$0.isEmpty } ?? []
    message = team.broadcast(first, from: 0)
    guard message.isEmpty, let result else { throw RunError(message: message).agreed }
    return result
  }
}

extension Job {
  /// The bytes that `make` returns on process 0, on all processes; where it throws there, all throw the same.
  /// Collective.
  public func share(_ make: () throws(RunError) -> [UInt8]) throws -> [UInt8] {
    guard ranks > 1 else { return try make() }
    return try SharedOutcome.share(
      isFirst: rank == 0,
      { message in
        #if MPI
          if let all { try Self.broadcast(&message, all, root: 0) }
        #endif
      }, make)
  }
}
