import Foundation
import Launching
import Testing

/// What `Launch/test` counts, from recorded event streams.
@Suite struct TestSummaryTests {
  /// A stream of these lines: "test NAME", "started NAME", "passed NAME", "issue NAME", "known NAME", "skipped NAME",
  /// "cut".
  private func stream(_ lines: [String], in folder: TemporaryDirectory, _ file: String = "events") throws -> String {
    func id(_ name: String) -> String { "SomeTests.Suite/\(name)()/File.swift:1:2" }
    let records = lines.map { line in
      let parts = line.split(separator: " ").map(String.init)
      let name = parts.last ?? ""
      func event(_ kind: String, _ more: String = "") -> String {
        #"{"kind":"event","payload":{"kind":"\#(kind)","testID":"\#(id(name))"\#(more)},"version":0}"#
      }
      switch parts[0] {
      case "test": return #"{"kind":"test","payload":{"id":"\#(id(name))","kind":"function","name":"\#(name)"}}"#
      case "suite": return #"{"kind":"test","payload":{"id":"SomeTests.Suite","kind":"suite","name":"Suite"}}"#
      case "started": return event("testStarted") + "\n" + event("testCaseStarted")
      case "passed": return event("testCaseEnded") + "\n" + event("testEnded")
      case "issue": return event("issueRecorded", #","issue":{"isKnown":false},"messages":[]"#)
      case "known": return event("issueRecorded", #","issue":{"isKnown":true}"#)
      case "skipped": return event("testSkipped", #","messages":[{"symbol":"skip","text":"\#(name) skipped: why"}]"#)
      default: return #"{"kind":"event","payl"#
      }
    }
    return try folder.file(file, Data((records.joined(separator: "\n") + "\n").utf8)).path
  }

  private func summary(_ arguments: [String]) throws -> Finished {
    try BuiltProgram("TestSummary").run(["the rest: so"] + arguments)
  }

  @Test func eachTestCountsOnce() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let lines =
      ["suite Suite"] + ["a", "b", "c", "d"].map { "test \($0)" } + [
        "started a", "passed a", "started b", "issue b", "issue b", "passed b", "skipped c", "started d", "known d",
        "passed d",
      ]
    let result = try summary(["1", stream(lines, in: folder)])
    #expect(
      result.output == [
        "failed: SomeTests.Suite/b()", "skipped: c skipped: why", "the rest: so", "2 passed, 1 failed, 1 skipped",
      ])
    #expect(result.status == 1)
  }

  /// A process that dies: what it had begun and what it never came to hasn't passed.
  @Test func whatDidNotEndHasFailed() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let lines = ["a", "b", "c"].map { "test \($0)" } + ["started a", "passed a", "started b", "cut"]
    let result = try summary(["1", stream(lines, in: folder)])
    #expect(
      result.output == [
        "failed: SomeTests.Suite/b(): didn't end", "failed: SomeTests.Suite/c(): didn't end",
        "1 passed, 2 failed, 0 skipped",
      ])
    #expect(result.status == 1)
  }

  @Test func whatPassesByItselfIsTold() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let names = ["a", "b", "c"]
    let whole =
      names.map { "test \($0)" } + names.flatMap { ["started \($0)", "passed \($0)"] } + ["issue b", "issue c"]
    let first = try ["1", stream(whole, in: folder, "first")]
    #expect(try summary(first).output.last == "1 passed, 2 failed, 0 skipped")
    let failed = try BuiltProgram("TestSummary").run(["--failed"] + first)
    #expect(failed.output == [#"^SomeTests.Suite/b\(|^SomeTests.Suite/c\("#] && failed.status == 0)
    let again = ["test b", "test c", "started b", "passed b", "started c", "passed c"]
    let both = try summary(first + ["again", "0", stream(again, in: folder, "second")])
    #expect(
      both.output == [
        "failed beside the others, passed by itself: SomeTests.Suite/b()",
        "failed beside the others, passed by itself: SomeTests.Suite/c()", "3 passed, 0 failed, 0 skipped",
      ])
    #expect(both.status == 0)
    let one = try summary(first + ["again", "1", stream(again + ["issue c"], in: folder, "third")])
    #expect(one.output.first == "failed: SomeTests.Suite/c()" && one.output.last == "2 passed, 1 failed, 0 skipped")
    // More than a few are no chance, and a run that died is no test.
    let many = (0..<11).map { "t\($0)" }
    let eleven = try stream(many.map { "test \($0)" } + many.flatMap { ["issue \($0)", "passed \($0)"] }, in: folder)
    #expect(try BuiltProgram("TestSummary").run(["--failed", "1", eleven]).output.isEmpty)
    #expect(try BuiltProgram("TestSummary").run(["--failed", "134", folder.path + "/none"]).output.isEmpty)
    #expect(try summary(first + ["again", "0"]).status == 64)
  }

  @Test func severalRunsAreAddedUp() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let one = try stream(["test a", "started a", "passed a"], in: folder, "one")
    let other = try stream(["test a", "test b", "started a", "passed a", "started b", "passed b"], in: folder, "other")
    let both = try summary(["0", one, "0", other])
    #expect(both.output == ["3 passed, 0 failed, 0 skipped"])
    #expect(both.status == 0)
    // A run that failed otherwise, one that left nothing, and none that passed.
    let failed = try summary(["0", one, "1", other])
    #expect(failed.output.last == "3 passed, 1 failed, 0 skipped" && failed.status == 1)
    let nothing = try summary(["0", one, "134", folder.path + "/none"])
    #expect(nothing.output.last == "1 passed, 1 failed, 0 skipped" && nothing.status == 1)
    #expect(try summary(["0", stream(["test a", "skipped a"], in: folder, "three")]).status == 1)
    #expect(try summary(["0"]).status == 64)
  }
}
