internal import Configuration
internal import Files
internal import Runs
internal import SystemPackage

/// What a sweep's directory keeps of the sweep: its runs by name, with all that they compute from.
struct SweepList {
  /// A run as it is kept.
  struct Entry {
    let name: String
    /// As `SweepRun.identity`.
    let identity: String
    /// Its options.
    let options: JSONValue
  }

  let entries: [Entry]
  /// The files that the runs read.
  let inputs: SweepInputs

  /// The list in a file.
  init(reading path: FilePath) throws(RunError) {
    var entries: [Entry] = []
    if let bytes = try? FileOperations.read(path), let json = try? JSONValue(parsing: bytes),
      case .array(let list)? = json["runs"]
    {
      for run in list {
        guard case .string(let name)? = run["name"], case .string(let rule)? = run["on-non-finite"],
          let options = run["options"], let configuration = RunConfiguration(json: options)
        else { continue }
        entries.append(Entry(name: name, identity: "\(rule) \(configuration.json.text)", options: options))
      }
      if entries.count == list.count {
        self.entries = entries
        inputs = SweepInputs(json: json["inputs"])
        return
      }
    }
    throw RunError(
      "the sweep's list of runs can't be read", at: path.named, remedy: "choose another directory", status: .badData)
  }

  /// A plan's list as text.
  static func text(_ plan: SweepPlan, _ inputs: SweepInputs) -> String {
    let runs = plan.runs.map { run in
      JSONValue.object([
        ("name", .string(run.name)), ("on-non-finite", .string(run.keeping.nonFinite.rawValue)),
        ("options", run.configuration.json),
      ])
    }
    return JSONValue.object([("file", .string(plan.file)), ("inputs", inputs.json), ("runs", .array(runs))]).prettyText
      + "\n"
  }

  /// The plan with the names that its runs have in the list; throws where one of these isn't planned any more.
  ///
  /// - path: the sweep's directory.
  func naming(_ plan: SweepPlan, _ path: FilePath) throws(RunError) -> SweepPlan {
    var plan = plan
    let planned = Dictionary(
      plan.runs.indices.map { (plan.runs[$0].identity, $0) }, uniquingKeysWith: { first, _ in first })
    var known: Set<Int> = []
    for entry in entries {
      guard let index = planned[entry.identity] else { throw Self.changed(entry, plan, path) }
      plan.runs[index].name = entry.name
      known.insert(index)
    }
    // A new one that has an earlier one's name gets another.
    var taken = Set(entries.map(\.name))
    for index in plan.runs.indices where !known.contains(index) {
      let name = plan.runs[index].name
      var copy = 1
      while !taken.insert(plan.runs[index].name).inserted {
        copy += 1
        plan.runs[index].name = "\(name)-\(copy)"
      }
    }
    return plan
  }

  private static func changed(_ entry: Entry, _ plan: SweepPlan, _ path: FilePath) -> RunError {
    var problem = "the sweep has a run that the file lacks (\(entry.name))"
    if let other = plan.runs.first(where: { $0.name == entry.name }) {
      let difference = RunConfiguration(json: entry.options)?.firstDifference(other.configuration)
      let text = difference.map { "--\($0.name) is \($0.other), was \($0.own)" } ?? "--on-non-finite"
      problem = "the file has changed since the sweep began (\(text) in \(entry.name))"
    }
    return RunError(
      problem, at: "\(plan.file), \(path.named)", remedy: "take the change back, or give another --out", status: .usage)
  }
}

extension RunConfiguration {
  /// The first option in which another differs.
  fileprivate func firstDifference(_ other: RunConfiguration) -> (name: String, own: String, other: String)? {
    guard case .object(let own) = json else { return nil }
    let theirs = other.json
    for (name, value) in own where theirs[name]?.text != value.text {
      return (name, value.text, theirs[name]?.text ?? "none")
    }
    return nil
  }
}
