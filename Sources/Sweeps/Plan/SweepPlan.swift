public import Configuration
internal import Crypto
package import Files

/// All that a sweep is to do.
public struct SweepPlan: Sendable {
  /// The file that says so.
  public let file: String
  /// The options in which runs differ beside their seed.
  public let options: [String]
  /// The values of these options, by variant; empty for one that a variant's model doesn't have.
  public let variants: [[String]]
  /// All runs, those of a variant one after the other.
  public package(set) var runs: [SweepRun]
  /// What the best is judged by.
  public let judge: MonitoredFigure
  /// Workers of each run, where a process has as many.
  public let workersPerRun: Int

  /// Throws a usage error for runs that are the same.
  package init(
    file: String, options: [String], variants: [[String]], runs: [SweepRun], judge: MonitoredFigure, workersPerRun: Int
  ) throws(RunError) {
    self.file = file
    self.options = options
    self.variants = variants
    self.runs = runs
    self.judge = judge
    self.workersPerRun = workersPerRun
    var seen: [String: String] = [:]
    for run in runs {
      if let other = seen.updateValue(run.name, forKey: run.identity) {
        let names = other == run.name ? other : "\(other) and \(run.name)"
        throw RunError(
          "two runs are the same (\(names))", at: file, remedy: "leave out what is there twice", status: .usage)
      }
    }
    // Different ones of the same name, since an option has more digits than its value shows, say.
    var taken: Set<String> = []
    for index in runs.indices {
      let name = runs[index].name
      var copy = 1
      while !taken.insert(self.runs[index].name).inserted {
        copy += 1
        self.runs[index].name = "\(name)-\(copy)"
      }
    }
  }

  /// SHA-256 over all runs with what they compute from, as 64 hex digits: processes of the same one have the same plan.
  package var digest: String {
    var hash = SHA256()
    for run in runs { hash.update(data: Array("\(run.name) \(run.identity)\n".utf8)) }
    return hexadecimal(hash.finalize())
  }

  /// The numbers of its runs, those first that take longest: what is begun last is short, so that all workers end at
  /// about the same time.
  package var longestFirst: [Int] {
    var counts: [String: Int] = [:]
    let costs = runs.map { run in
      // One look at each text.
      let source = "\(run.configuration.dataSource)"
      let tokens = counts[source] ?? run.tokenCount
      counts[source] = tokens
      return run.cost(tokens: tokens)
    }
    return runs.indices.sorted { (costs[$1], $0) < (costs[$0], $1) }
  }
}
