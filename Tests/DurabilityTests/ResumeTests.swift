import Foundation
import Testing

@Suite(.serialized) struct ResumeTests {
  let runs: Runs

  init() throws { runs = try Runs() }

  @Test func aRunResumedOnOtherWorkersIsTheUndisturbedOne() throws {
    defer { runs.remove() }
    let options = ["--epochs", "2", "--checkpoint-every", "100"]
    let whole = try #require(try runs.run(options + ["--out", runs.path("whole")]).digest)
    // From a fresh run to the end, in the middle of epochs and at their ends.
    let legs: [(ranks: Int, threads: Int, steps: Int)] = [
      (2, 1, 130), (3, 2, 261), (0, 5, 262), (4, 1, 400), (0, 1, 522),
    ]
    for (index, leg) in legs.enumerated() {
      let place = index == 0 ? ["--out", runs.path("run")] : ["--resume", runs.path("run")]
      let result = try runs.run(
        ranks: leg.ranks, options + place + ["--threads", "\(leg.threads)", "--steps", "\(leg.steps)"])
      #expect(result.status == 0, "\(result.lines)")
      if index == legs.count - 1 { #expect(result.digest == whole) }
    }
    #expect(try runs.metrics("run") == runs.metrics("whole"))
    for file in ["model.safetensors", "losses.svg"] {
      #expect(try runs.bytes(runs.path("run/\(file)")) == runs.bytes(runs.path("whole/\(file)")))
    }
    // A run that is done has nothing left to do.
    #expect(try runs.run(["--resume", runs.path("run"), "--steps", "522"]).digest == whole)
  }

  @Test(arguments: [
    ["--model", "model0"], ["--model", "model1", "--bptt", "5"], ["--model", "model2", "--hidden", "40"],
    ["--hidden-state", "reset", "--clip", "0.5"], ["--accumulate", "4", "--hidden-state", "reset"],
    ["--lr", "auto", "--batch-size", "23", "--lanes", "5"],
  ])
  func everyKindOfStateIsKept(options: [String]) throws {
    defer { runs.remove() }
    let options = options + ["--epochs", "1"]
    let whole = try runs.run(options + ["--steps", "90", "--out", runs.path("whole")])
    #expect(try runs.run(options + ["--steps", "47", "--out", runs.path("run"), "--threads", "3"]).status == 0)
    let resumed = try runs.run(["--resume", runs.path("run"), "--steps", "90", "--threads", "2"])
    #expect(resumed.digest != nil && resumed.digest == whole.digest, "\(resumed.lines)")
    #expect(try runs.metrics("run") == runs.metrics("whole"))
  }

  @Test func ownTextsMustBeTheSame() throws {
    defer { runs.remove() }
    try FileManager.default.createDirectory(atPath: runs.path(""), withIntermediateDirectories: true)
    for (name, words) in [("a", "one two three"), ("b", "one two four")] {
      try String(repeating: words + "\n", count: 300).write(toFile: runs.path(name), atomically: true, encoding: .utf8)
    }
    let files = ["--train", runs.path("a"), "--valid", runs.path("a")]
    #expect(try runs.run(files + ["--steps", "5", "--batch-size", "4", "--out", runs.path("run")]).status == 0)
    let resume = ["--resume", runs.path("run"), "--steps", "9"]
    #expect(try runs.run(resume + ["--train", runs.path("b"), "--valid", runs.path("a")]).status == 65)
    #expect(try runs.run(resume + files).status == 0)
  }

  @Test func whatContradictsTheCheckpointIsRefusedByName() throws {
    defer { runs.remove() }
    #expect(try runs.run(["--epochs", "1", "--steps", "20", "--out", runs.path("run")]).status == 0)
    let contradictions: [(option: String, value: String)] = [
      ("--hidden", "32"), ("--seed", "7"), ("--lanes", "8"), ("--epochs", "2"), ("--lr", "0.01"), ("--clip", "1"),
      ("--weight-decay", "0"), ("--moms", "0.9,0.8"),
    ]
    for (option, value) in contradictions {
      let result = try runs.run(ranks: option == "--hidden" ? 2 : 0, ["--resume", runs.path("run"), option, value])
      #expect(result.status == 64)
      #expect(result.lines.count == 1 && result.lines[0].contains(option), "\(result.lines)")
    }
    let longer = try runs.run(["--resume", runs.path("run"), "--epochs", "2", "--new-schedule"])
    #expect(longer.status == 0, "\(longer.lines)")
    #expect(try runs.metrics("run").contains(#""kind":"epoch","epoch":2"#))
  }

  @Test func damagedCheckpointsArePassedOver() throws {
    defer { runs.remove() }
    let options = ["--epochs", "1", "--checkpoint-every", "20"]
    let whole = try runs.run(options + ["--steps", "100", "--out", runs.path("whole")])
    #expect(try runs.run(options + ["--steps", "60", "--out", runs.path("run")]).status == 0)
    let files = try runs.checkpoints("run")
    let newest = try #require(files.last)
    let good = try runs.bytes(newest)
    try Data(good.dropLast(1000)).write(to: URL(fileURLWithPath: newest))
    let resumed = try runs.run(ranks: 2, ["--resume", runs.path("run"), "--steps", "100"])
    #expect(resumed.digest == whole.digest)
    #expect(resumed.lines.count == 1 && resumed.lines[0].contains(newest), "\(resumed.lines)")
    #expect(try runs.metrics("run") == runs.metrics("whole"))
    // A damaged one that was asked for is not replaced by another, and nothing is left when all are damaged.
    for file in try runs.checkpoints("run") { try Data(good.dropLast(1)).write(to: URL(fileURLWithPath: file)) }
    for path in [newest, runs.path("run")] {
      #expect(try runs.run(ranks: 2, ["--resume", path]).status == 65)
    }
    #expect(try runs.run(["verify", runs.path("run")], quiet: false).status == 65)
  }
}
