internal import Files
internal import MPI

extension Job {
  /// Something that all processes must have alike: an option's value, the command, the version.
  public struct Fact: Sendable, Equatable {
    /// What it is: "--seed".
    public let name: String
    /// What this process has.
    public let value: String

    /// Takes both; a line's end becomes a space.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value.replacing("\n", with: " ")
    }
  }

  /// Compares what the processes are about to do, before anything that waits for others depends on it. Collective.
  ///
  /// - Throws: on all processes the same usage error, if one has other facts than process 0: it names the first fact
  ///   that differs, both values, ranks and hosts.
  public func agree(on facts: [Fact]) throws {
    #if MPI
      guard let all, all.size > 1 else { return }
      let own = Self.lines(facts)
      var first = own
      try Self.broadcast(&first, all, root: 0)
      let differing = try all.allReduce(Int64(first == own ? all.size : all.rank), .min)
      guard differing < Int64(all.size) else { return }
      let other = Int(differing)
      var second = own
      try Self.broadcast(&second, all, root: other)
      var hosts = [Array(hostName.utf8), Array(hostName.utf8)]
      try Self.broadcast(&hosts[0], all, root: 0)
      try Self.broadcast(&hosts[1], all, root: other)
      let names = hosts.map { String(decoding: $0, as: UTF8.self) }
      throw Self.disagreement((Self.facts(first), 0, names[0]), (Self.facts(second), other, names[1]))
    #endif
  }

  /// The error about two processes whose facts differ.
  static func disagreement(
    _ one: (facts: [Fact], rank: Int, host: String), _ other: (facts: [Fact], rank: Int, host: String)
  ) -> RunError {
    let names = one.facts.map(\.name) + other.facts.map(\.name)
    func value(_ name: String, _ facts: [Fact]) -> String? { facts.first { $0.name == name }?.value }
    let name = names.first { value($0, one.facts) != value($0, other.facts) } ?? "order of options"
    let places = [one, other].map { part in
      "\(name) \(value(name, part.facts) ?? "unknown") on rank \(part.rank) (\(part.host))"
    }
    return RunError(
      "the ranks don't agree on what to do", at: places.joined(separator: ", "),
      remedy: "give all ranks the same program, options, configuration file and environment", status: .usage)
  }

  /// Facts as bytes: a line of name and value each.
  private static func lines(_ facts: [Fact]) -> [UInt8] {
    Array(facts.map { "\($0.name)\t\($0.value)" }.joined(separator: "\n").utf8)
  }

  private static func facts(_ lines: [UInt8]) -> [Fact] {
    String(decoding: lines, as: UTF8.self).split(separator: "\n").map { line in
      let parts = line.split(separator: "\t", maxSplits: 1, omittingEmptySubsequences: false)
      return Fact(String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
    }
  }
}
