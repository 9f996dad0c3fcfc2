internal import Configuration
internal import Runs
public import Files
public import SystemPackage

/// A job's claim to a sweep's directory, while this lives.
public final class SweepClaim: Sendable {
  /// The directory.
  public let directory: SweepDirectory
  /// The plan, with the names that its runs have there.
  public let plan: SweepPlan
  /// How many runs have come to those of an earlier job; nil in a fresh directory.
  public let added: Int?
  private let lock: RunLock

  /// Takes a fresh directory, or goes on in that of a sweep which had no other runs than this one has.
  ///
  /// - Throws: `RunError` where another job is at work there, where something else is there, and where runs are missing
  ///   that were there before.
  public init(_ path: FilePath, _ plan: SweepPlan) throws(RunError) {
    directory = SweepDirectory(path)
    try FileOperations.makeDirectories(path)
    try FileOperations.probe(path)
    lock = try RunLock(path)
    lock.announce()
    let list = directory.path(of: .list)
    guard FileOperations.exists(list) else {
      if let other = FileOperations.names(in: path).filter({ !$0.hasPrefix(".") }).min() {
        throw RunError(
          "the output directory holds something else than a sweep", at: path.appending(other).named,
          remedy: "choose another directory, or move that one away", status: .inputOutput)
      }
      (self.plan, added) = (plan, nil)
      try directory.write(Self.text(plan), as: .list)
      _ = try FileOperations.makeDirectory(directory.path(of: .directories))
      return
    }
    let earlier = try Self.runs(list)
    self.plan = try Self.goingOn(with: plan, earlier, path)
    added = plan.runs.count - earlier.count
    if added != 0 { try directory.write(Self.text(self.plan), as: .list) }
    _ = try FileOperations.makeDirectory(directory.path(of: .directories))
  }

  /// The plan with the earlier names; throws where a run isn't planned any more.
  private static func goingOn(
    with plan: SweepPlan, _ earlier: [(name: String, identity: String, json: JSONValue)], _ path: FilePath
  ) throws(RunError) -> SweepPlan {
    var plan = plan
    let planned = Dictionary(
      plan.runs.indices.map { (plan.runs[$0].identity, $0) }, uniquingKeysWith: { first, _ in first })
    var known: Set<Int> = []
    for run in earlier {
      guard let index = planned[run.identity] else { throw changed(run, plan, path) }
      plan.runs[index].name = run.name
      known.insert(index)
    }
    // A new one that has an earlier one's name gets another.
    var taken = Set(earlier.map(\.name))
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

  private static func changed(
    _ run: (name: String, identity: String, json: JSONValue), _ plan: SweepPlan, _ path: FilePath
  ) -> RunError {
    var problem = "the sweep has a run that the file lacks (\(run.name))"
    if let other = plan.runs.first(where: { $0.name == run.name }) {
      let difference = RunConfiguration(json: run.json)?.firstDifference(other.configuration)
      let text = difference.map { "--\($0.name) is \($0.other), was \($0.own)" } ?? "--on-non-finite"
      problem = "the file has changed since the sweep began (\(text) in \(run.name))"
    }
    return RunError(
      problem, at: "\(plan.file), \(path.named)", remedy: "take the change back, or give another --out", status: .usage)
  }

  // MARK: The file

  private static func text(_ plan: SweepPlan) -> String {
    let runs = plan.runs.map { run in
      JSONValue.object([
        ("name", .string(run.name)), ("on-non-finite", .string(run.keeping.nonFinite.rawValue)),
        ("options", run.configuration.json),
      ])
    }
    return JSONValue.object([("file", .string(plan.file)), ("runs", .array(runs))]).prettyText + "\n"
  }

  private static func runs(
    _ path: FilePath
  ) throws(RunError) -> [(name: String, identity: String, json: JSONValue)] {
    var runs: [(name: String, identity: String, json: JSONValue)] = []
    if let bytes = try? FileOperations.read(path), let json = try? JSONValue(parsing: bytes),
      case .array(let list)? = json["runs"]
    {
      for run in list {
        guard case .string(let name)? = run["name"], case .string(let rule)? = run["on-non-finite"],
          let options = run["options"], let configuration = RunConfiguration(json: options)
        else { continue }
        runs.append((name, "\(rule) \(configuration.json.text)", options))
      }
      if runs.count == list.count { return runs }
    }
    throw RunError(
      "the sweep's list of runs can't be read", at: path.named, remedy: "choose another directory", status: .badData)
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
