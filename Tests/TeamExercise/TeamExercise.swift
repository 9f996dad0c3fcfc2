internal import Teams
internal import Memory

#if MPI
  internal import MPI
#endif

/// Puts a team through its operations, for the tests that start it under real launchers. The team's worker 0 prints the
/// result.
///
///     TeamExercise digest | barrier | throw WORKER | threads
///       [--lanes N] [--threads N] [--ranks-per-node N] [--rounds N] [--unequal 1]
@main
struct TeamExercise {
  private let words = Array(CommandLine.arguments.dropFirst())
  private var mode: String { words.first ?? "digest" }

  static func main() {
    TeamExercise().run()
  }

  private func option(_ name: String) -> Int? {
    guard let place = words.firstIndex(of: name), place + 1 < words.count else { return nil }
    return Int(words[place + 1])
  }

  private var lanes: Lanes {
    let count = option("--lanes") ?? 16
    return Lanes(batchSize: 4 * count, count: count)
  }

  private func run() {
    #if MPI
      if let launcher = Launcher.current {
        do {
          try World.run { world in try run(world) }
        } catch {
          // What all ranks come to alike, the first tells, and ends the others.
          if error is TeamError && launcher.rank > 0 { pause(seconds: 1) }
          LocalWorkers.abortJob(error)
        }
        return
      }
    #endif
    do {
      if mode == "threads" {
        print("threads", defaultThreads(cores: usableCores(), ranksOnNode: 1, lanes: lanes.count, ranks: 1))
      } else {
        try exercise(LocalWorkers(lanes: lanes, threads: option("--threads") ?? 1))
      }
    } catch {
      LocalWorkers.endProcess(error)
    }
  }

  #if MPI
    private func run(_ world: borrowing World) throws {
      if mode == "threads" {
        let threads = try LocalWorkers.defaultThreads(lanes: lanes, ranks: world.communicator)
        if world.communicator.rank == 0 { print("threads \(threads)") }
        return
      }
      let threads = option("--unequal") == nil ? option("--threads") ?? 1 : 1 + world.communicator.rank
      let workers = try LocalWorkers(
        lanes: lanes, threads: threads, ranks: world.communicator, ranksPerNode: option("--ranks-per-node"))
      try exercise(workers)
      try workers.free()
    }
  #endif

  private func exercise(_ workers: LocalWorkers) throws {
    let rounds = option("--rounds") ?? 200_000
    switch mode {
    case "digest":
      _ = try workers.run { team in
        let own = Exercise().run(team)
        let all = team.gather(Array(String(own, radix: 16).utf8)).map { String(decoding: $0, as: UTF8.self) }
        if team.rank == 0 {
          print("workers \(team.size) digest", Set(all).sorted().joined(separator: " differs from "))
        }
      }
    case "barrier":
      _ = try workers.run { team in
        for _ in 0..<rounds / 10 { team.barrier() }
        let time = ContinuousClock().measure { for _ in 0..<rounds { team.barrier() } }
        if team.rank == 0 { print("workers \(team.size) barrier", time / rounds) }
      }
    case "throw":
      let worker = words.count > 1 ? Int(words[1]) : nil
      _ = try workers.run { team in
        team.barrier()
        if team.rank == worker { throw Trouble(worker: team.rank) }
        team.barrier()
      }
    default:
      break
    }
  }
}

private struct Trouble: Error, CustomStringConvertible {
  let worker: Int
  var description: String { "worker \(worker) gives up" }
}
