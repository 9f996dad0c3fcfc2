import Teams
import Training

#if canImport(Glibc)
  /// An object, for which memory is allocated.
  final class Probe { var number = 0 }

  // `AllocationExercise MODEL BPTT HIDDEN ACCUMULATE`: trains on one worker and prints how often memory was allocated
  // until the first step, and in the last 1000 of 1200 steps.
  var configuration = RunConfiguration()
  let numbers = CommandLine.arguments.dropFirst(2).compactMap { Int($0) }
  guard CommandLine.arguments.count == 5, numbers.count == 3,
    let kind = ModelKind.all.first(where: { $0.name == CommandLine.arguments[1] })
  else { fatalError("AllocationExercise: MODEL BPTT HIDDEN ACCUMULATE") }
  configuration.model = ModelDescription(kind)
  configuration.bptt = numbers[0]
  configuration.hidden = numbers[1]
  // fastai's embedding is wider than the test has time for.
  if kind.endsAtEmbedding { configuration.model.embedding = numbers[1] * 3 / 4 }
  configuration.accumulate = numbers[2]
  // A count that stands still would pass for a step without allocations.
  let before = mallocCalls
  let probes = (0..<100).map { _ in Probe() }
  let aligned = UnsafeMutableRawPointer.allocate(byteCount: 256, alignment: 64)
  guard probes.count == 100, mallocCalls - before >= 101 else {
    fatalError("AllocationExercise: \(mallocCalls - before) of 101 allocations were counted")
  }
  aligned.deallocate()
  let resolved = configuration
  let workers = try LocalWorkers(lanes: Lanes(batchSize: 64, count: 16), threads: 1)
  let counts = try workers.run { team in
    let session = try Session(resolved, team: team)
    let setUp = mallocCalls
    // What timing itself allocates is the same in both.
    _ = session.timeSteps(200)
    let few = mallocCalls - setUp
    _ = session.timeSteps(1200)
    return [setUp, mallocCalls - setUp - 2 * few]
  }[0]
  print(counts[0], counts[1])
#else
  fatalError("AllocationExercise: allocations are counted with glibc only")
#endif
