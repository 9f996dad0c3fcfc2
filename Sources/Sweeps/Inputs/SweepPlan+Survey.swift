internal import Configuration
internal import Crypto
internal import Data
package import Files
internal import Fitting
internal import SystemPackage

extension SweepPlan {
  /// Looks at all that some runs need, and throws what any of them would be refused for at its start: a sweep that
  /// can't be done is found out before it leaves anything.
  ///
  /// - numbers: of the runs; threads: workers of each.
  /// - Returns: the files that they read; bytes that the largest takes, about.
  package func survey(_ numbers: [Int], threads: Int) throws(RunError) -> (inputs: SweepInputs, largest: Int) {
    var inputs = SweepInputs()
    var largest = 0
    var shapes: Set<String> = []
    // Of large texts one is in memory at a time.
    var groups: [(source: DataSource, numbers: [Int])] = []
    var places: [String: Int] = [:]
    for number in numbers {
      let source = runs[number].configuration.dataSource
      let place = places["\(source)", default: groups.count]
      if place == groups.count {
        places["\(source)"] = place
        groups.append((source, []))
      }
      groups[place].numbers.append(number)
    }
    for group in groups {
      guard let first = group.numbers.first else { continue }
      let texts = try placing(first) { () throws(RunError) in try TextsSummary(group.source) }
      for file in texts.files { inputs.note(file.path, file.digest) }
      for number in group.numbers {
        let configuration = runs[number].configuration
        try placing(number) { () throws(RunError) in
          // What a seed, a rate or a schedule are makes no difference.
          if shapes.insert("\(group.source) \(Self.shape(configuration))").inserted {
            largest = max(largest, try Session.check(configuration, texts, workers: threads))
          }
          if let path = configuration.initialWeights, inputs.digests[path] == nil {
            inputs.note(path, try Self.digest(ofWeights: path))
          }
        }
      }
    }
    return (inputs, largest)
  }

  /// The files that some runs have read, as far as they can be read still: those of runs that are done may be gone.
  package func files(_ numbers: [Int]) -> SweepInputs {
    var inputs = SweepInputs()
    var sources: Set<String> = []
    for number in numbers {
      let configuration = runs[number].configuration
      if sources.insert("\(configuration.dataSource)").inserted, let texts = try? TextsSummary(configuration.dataSource)
      {
        for file in texts.files { inputs.note(file.path, file.digest) }
      }
      if let path = configuration.initialWeights, inputs.digests[path] == nil,
        let digest = try? Self.digest(ofWeights: path)
      {
        inputs.note(path, digest)
      }
    }
    return inputs
  }

  private static func digest(ofWeights path: String) throws(RunError) -> String {
    hexadecimal(SHA256.hash(data: try WeightsFile.bytes(path).bytes))
  }

  /// What memory and weights of a run depend on, as a text.
  private static func shape(_ run: RunConfiguration) -> String {
    var shape = RunConfiguration()
    (shape.model, shape.optimizer, shape.hiddenState) = (run.model, run.optimizer, run.hiddenState)
    (shape.batchSize, shape.lanes, shape.bptt, shape.accumulate) = (run.batchSize, run.lanes, run.bptt, run.accumulate)
    (shape.initialWeights, shape.takesNewVocabulary) = (run.initialWeights, run.takesNewVocabulary)
    (shape.clip, shape.freezeTo) = (run.clip, run.freezeTo)
    return shape.json.text
  }

  /// An error with the run that has it.
  private func placing<Result>(_ number: Int, _ body: () throws(RunError) -> Result) throws(RunError) -> Result {
    do throws(RunError) {
      return try body()
    } catch {
      throw RunError(
        error.problem, at: "\(error.place), run \(runs[number].name)", remedy: error.remedy, status: error.status)
    }
  }
}
