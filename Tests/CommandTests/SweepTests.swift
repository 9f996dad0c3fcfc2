import Foundation
import Launching
import Testing

/// `dist-train sweep`: runs that are the same as by themselves, on any number of workers.
@Suite(.serialized) struct SweepTests {
  private let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory() }

  private static let common = "hidden: 16\nlr-find: false\nepochs: 1\nbptt: 40\n"

  private func file(_ text: String, named name: String = "sweep.yaml") throws -> String {
    try folder.file(name, Data(text.utf8)).path
  }

  private func sweep(
    _ file: String, to name: String = "sweep", ranks: Int = 0, _ options: [String] = [], seconds: Int = 120
  ) throws -> Launcher.Result {
    try Launcher.run(
      ranks: ranks, ["sweep", file, "--out", "\(folder.path)/\(name)", "--threads", ranks > 0 ? "1" : "2"] + options,
      seconds: seconds)
  }

  private func text(_ name: String) throws -> String {
    try String(contentsOfFile: "\(folder.path)/\(name)", encoding: .utf8)
  }

  /// The lines of a CSV without quoted fields' commas, by column.
  private func rows(_ name: String) throws -> [[String: String]] {
    let lines = try text(name).split(separator: "\n").map { line in
      var fields = [""]
      var isQuoted = false
      for character in line {
        if character == "\"" {
          isQuoted.toggle()
        } else if character == ",", !isQuoted {
          fields.append("")
        } else {
          fields[fields.count - 1].append(character)
        }
      }
      return fields
    }
    return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(lines[0], $0)) }
  }

  @Test func eachRunIsTheSameAsByItself() throws {
    defer { folder.remove() }
    let file = try file(
      Self.common + "seeds: 2\ngrid:\n  model: [model3, gru]\n  lr: [1e-3, 1e-2]\n")
    let alone = try sweep(file)
    #expect(alone.status == 0, "\(alone.errors)")
    #expect(alone.errors.isEmpty)
    let runs = try rows("sweep/runs.csv")
    #expect(runs.count == 8)
    for run in runs where run["seed"] == "43" {
      let model = try #require(run["model"])
      let lr = try #require(run["lr"])
      let train = try Launcher.run([
        "--hidden", "16", "--no-lr-find", "--epochs", "1", "--bptt", "40", "--quiet", "--out", "none", "--model", model,
        "--lr", lr, "--seed", "43",
      ])
      #expect(train.digest != nil && train.digest == run["digest"], "\(run)")
    }
    // A table of four variants, of which one is the best.
    let table = try rows("sweep/table.csv")
    #expect(table.map { $0["runs"] } == ["2", "2", "2", "2"])
    #expect(table.count { $0["best"] == "1" } == 1)
    #expect(alone.output.contains("workers were busy for "))
    let marked = alone.output.split(separator: "\n").filter { $0.hasPrefix("*  ") }
    #expect(marked.count == 1 && marked[0].contains(" ± "), "\(alone.output)")
    // Every run has left what a run leaves.
    let directory = "sweep/runs/model=gru,lr=0.01,seed=42"
    for name in ["config.json", "metrics.jsonl", "metrics.csv", "model.safetensors", "report.html", "checkpoints"] {
      #expect(FileManager.default.fileExists(atPath: "\(folder.path)/\(directory)/\(name)"), "\(name)")
    }
    let page = try text("sweep/report.html")
    #expect(page.contains("valid loss") && page.contains("<svg") && !page.contains("http://www.w3.org/1999"))
    #if MPI
      let ranks = try sweep(file, to: "ranks", ranks: 3)
      #expect(ranks.status == 0, "\(ranks.errors)")
      #expect(ranks.digest != nil && ranks.digest == alone.digest)
      let nodes = try sweep(file, to: "nodes", ranks: 4, ["--ranks-per-node", "2", "--workers-per-run", "2"])
      #expect(nodes.digest == alone.digest, "\(nodes.errors)")
    #endif
    // Once more nothing is done.
    let again = try sweep(file)
    #expect(
      again.output.contains("8 runs of 4 variants; done before: 8\n") && again.digest == alone.digest, "\(again.output)"
    )
    #expect(!again.output.contains("8/8"))
  }

  @Test func theFileMayGrowButNotChange() throws {
    defer { folder.remove() }
    let small = try sweep(try file(Self.common + "grid:\n  lr: [1e-3, 2e-3]\n"))
    #expect(small.status == 0, "\(small.errors)")
    let larger = try sweep(try file(Self.common + "seeds: 2\ngrid:\n  lr: [1e-3, 2e-3, 3e-3]\n"))
    #expect(larger.status == 0 && larger.output.contains("6 runs of 3 variants, 4 more than before; done before: 2\n"))
    #expect(try rows("sweep/runs.csv").count == 6)
    // A new name for the same runs changes nothing: they are known by what they compute from.
    let renamed = try sweep(
      try file(Self.common + "seeds: 2\nruns:\n  - {lr: 1e-3, weight-decay: 0.01}\n  - {lr: 2e-3}\n  - {lr: 3e-3}\n"))
    #expect(renamed.output.contains("done before: 6\n") && renamed.digest == larger.digest, "\(renamed.errors)")
    for (text, problem) in [
      ("seeds: 2\ngrid:\n  lr: [1e-3, 2e-3]\n", "the sweep has a run that the file lacks (lr=0.003,seed=42)"),
      (
        "seeds: 2\nclip: 1\ngrid:\n  lr: [1e-3, 2e-3, 3e-3]\n",
        "the file has changed since the sweep began (--clip is 1.0, was null in lr=0.001,seed=42)"
      ),
    ] {
      let file = try file(Self.common + text)
      try expectOneLine(
        ["sweep", file, "--out", folder.path + "/sweep"], status: 64, saying: "\(problem): \(file)", ranks: nil)
    }
  }

  @Test func aRunThatDivergesIsTold() throws {
    defer { folder.remove() }
    let result = try sweep(
      try file("hidden: 16\nlr-find: false\nepochs: 1\nseeds: 2\ngrid:\n  lr: [1e-3, 1e30]\n"),
      ranks: aloneAndRanks.last! ?? 0)
    #expect(result.status == 1, "\(result.errors)")
    #expect(
      result.ownErrors == [
        "dist-train: 2 of 4 runs have failed: \(folder.path)/sweep/runs.csv; look there for their errors"
      ])
    let table = try rows("sweep/table.csv")
    #expect(table.map { $0["failed"] } == ["0", "2"] && table[1]["valid_loss_mean"] == "")
    #expect(table[0]["best"] == "1")
    let failed = result.output.split(separator: "\n").filter { $0.hasPrefix("failed  lr=1e+30,seed=4") }
    #expect(failed.count == 2 && failed[0].contains("not finite"), "\(result.output)")
    // It is done, and not tried again.
    let again = try sweep(folder.path + "/sweep.yaml")
    #expect(again.output.contains("4 runs of 2 variants; done before: 4\n") && again.status == 1)
    let all = try sweep(
      try file("hidden: 16\nlr-find: false\nepochs: 1\nlr: 1e30\n"), to: "all", ["--quiet"])
    #expect(all.status == 1 && all.digest != nil && all.output.split(separator: "\n").count == 1, "\(all.output)")
    #expect(all.ownErrors.first?.hasPrefix("dist-train: all runs have failed (1): ") ?? false, "\(all.errors)")
  }

  /// A file that runs read is known by what is in it: no table has runs of two texts.
  @Test func aTextThatHasChangedIsTold() throws {
    defer { folder.remove() }
    let text = try folder.file("text", Data("one two\nthree one\ntwo three\n".utf8)).path
    let other = try folder.file("other", Data("one two\nthree one\n".utf8)).path
    func file(_ rates: String) throws -> String {
      try self.file(
        "hidden: 8\nbatch-size: 2\nlr-find: false\nepochs: 1\ntrain: \(text)\nvalid: \(other)\ngrid:\n  lr: \(rates)\n")
    }
    let first = try sweep(try file("[1e-3]"))
    #expect(first.status == 0, "\(first.errors)")
    for path in [text, other] {
      let before = try Data(contentsOf: URL(fileURLWithPath: path))
      try Data("one two three\ntwo one\n".utf8).write(to: URL(fileURLWithPath: path))
      let changed = try sweep(try file("[1e-3, 1e-2]"))
      #expect(changed.status == 65 && changed.output.isEmpty)
      #expect(
        changed.ownErrors == [
          "dist-train: the file has changed since the sweep began: \(path), \(folder.path)/sweep; "
            + "put it back as it was, or give another --out"
        ])
      // Results of another text aren't shown as this one's; without their text they are.
      #expect(try sweep(try file("[1e-3]")).status == 65)
      try FileManager.default.removeItem(atPath: path)
      #expect(try sweep(try file("[1e-3]")).digest == first.digest)
      try before.write(to: URL(fileURLWithPath: path))
    }
    #expect(try sweep(try file("[1e-3, 1e-2]")).status == 0)
  }

  /// What can't be done is found before anything is there: the same directory takes the file that works.
  @Test func whatIsRefusedLeavesNothing() throws {
    defer { folder.remove() }
    for (text, status, line) in [
      ("train: \(folder.path)/none\nvalid: \(folder.path)/none\n", 74, "none, run seed=42; check its name"),
      ("grid:\n  bptt: [40, 100000]\n", 64, "bptt 100000 is longer than the corpus"),
      ("grid:\n  init: [\(folder.path)/none]\n", 74, "/none, run init="),
      ("data: \(folder.path)\n", 74, "train.tokens, run seed=42"),
      ("schedule: constant\nmoms: [0.95, 0.85]\n", 64, "constant has one momentum: --moms 0.95,0.85"),
    ] as [(String, Int32, String)] {
      try expectOneLine(
        ["sweep", try file("lr-find: false\nepochs: 1\n" + text), "--out", folder.path + "/sweep"], status: status,
        saying: line, ranks: nil)
      #expect(!FileManager.default.fileExists(atPath: folder.path + "/sweep"), "\(text)")
    }
    try expectOneLine(
      ["sweep", try file("lr-find: false\ngrid:\n  hidden: [8, 8000]\n"), "--out", folder.path + "/sweep"], status: 1,
      saying: ", run hidden=8000,seed=42; ", ranks: nil,
      prefix: ["bash", "-c", "ulimit -v 1000000; exec \"$@\"", "bash"])
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/sweep"))
  }

  @Test func metricsAreColumns() throws {
    defer { folder.remove() }
    let result = try sweep(
      try file(Self.common + "metrics: [perplexity, top5]\nbest: top5\nseeds: 2\ngrid:\n  lr: [1e-4, 1e-2]\n"))
    #expect(result.status == 0, "\(result.errors)")
    let runs = try rows("sweep/runs.csv")
    for run in runs {
      let loss = try #require(run["valid_loss"].flatMap { Double($0) })
      let perplexity = try #require(run["perplexity"].flatMap { Double($0) })
      let accuracy = try #require(run["accuracy"].flatMap { Double($0) })
      let top5 = try #require(run["top5"].flatMap { Double($0) })
      #expect(abs(perplexity - exp(loss)) < 1e-9 * perplexity && top5 > accuracy)
    }
    let table = try rows("sweep/table.csv")
    let tops = table.compactMap { $0["top5_mean"].flatMap { Double($0) } }
    #expect(tops.count == 2 && table.map { $0["best"] } == (tops[0] > tops[1] ? ["1", "0"] : ["0", "1"]))
    #expect(result.output.contains(#/\n +lr +runs +train_loss +valid_loss +accuracy +perplexity +top5 +seconds\n/#))
    let page = try text("sweep/report.html")
    #expect(page.contains("perplexity by epoch") && page.contains("best by top5"))
    // The same once more, from what is kept.
    #expect(try sweep(folder.path + "/sweep.yaml").digest == result.digest && rows("sweep/table.csv") == table)
  }

  /// What the environment says of a run's options holds beneath the file, what it says of the sweep's for the sweep.
  @Test func theEnvironmentHoldsBeneathTheFile() throws {
    defer { folder.remove() }
    let environment = [
      "DIST_TRAIN_HIDDEN": "24", "DIST_TRAIN_BPTT": "7", "DIST_TRAIN_NO_LR_FIND": "1", "DIST_TRAIN_SEEDS": "2",
      "DIST_TRAIN_SEED": "5", "DIST_TRAIN_OUT": folder.path + "/sweep", "DIST_TRAIN_QUIET": "1",
    ]
    let file = try file("epochs: 1\nbptt: 40\n")
    let result = try BuiltProgram("dist-train").run(["sweep", file], environment: environment, seconds: 60)
    #expect(result.status == 0 && result.output.count == 1, "\(result.errors)")
    let runs = try rows("sweep/runs.csv")
    #expect(runs.map { $0["seed"] } == ["5", "6"])
    let train = try Launcher.run([
      "--hidden", "24", "--bptt", "40", "--no-lr-find", "--epochs", "1", "--seed", "5", "--out", "none", "--quiet",
    ])
    #expect(train.digest == runs.first?["digest"])
    try expectOneLine(
      ["sweep", file], status: 64, saying: "model3 has no such option: --layers (layers of DIST_TRAIN_LAYERS)",
      ranks: nil, prefix: ["env", "DIST_TRAIN_LAYERS=2"])
    try expectOneLine(
      ["sweep", file], status: 64, saying: "bptt 0 is too small: --bptt (DIST_TRAIN_BPTT); give", ranks: nil,
      prefix: ["env", "DIST_TRAIN_BPTT=0"])
  }

  @Test func drawsAreTheSameEachTime() throws {
    defer { folder.remove() }
    let random =
      "random:\n  draws: 3\n  seed: 5\n  lr: {from: 1e-4, to: 1e-2, scale: log}\n  layers: {from: 1, to: 3}\n"
    let first = try sweep(try file(Self.common + "model: gru\n" + random))
    #expect(first.status == 0, "\(first.errors)")
    let names = try rows("sweep/runs.csv").compactMap { $0["run"] }
    let more = try sweep(try file(Self.common + "model: gru\n" + random.replacing("draws: 3", with: "draws: 5")))
    #expect(more.output.contains("5 runs of 5 variants, 2 more than before; done before: 3\n"), "\(more.errors)")
    let all = try rows("sweep/runs.csv")
    #expect(Array(all.compactMap { $0["run"] }.prefix(3)) == names)
    for run in all {
      let rate = try #require(run["lr"].flatMap { Double($0) })
      #expect(rate >= 1e-4 && rate <= 1e-2)
      #expect(["1", "2", "3"].contains(run["layers"]))
    }
  }

  /// Equal draws are drawn again; of a few values all come, and there are no more.
  @Test func drawsDiffer() throws {
    defer { folder.remove() }
    let random =
      "hidden: 8\nlr-find: false\nsteps: 1\nbptt: 40\nrandom:\n  draws: N\n  clip: [1, 2]\n  accumulate: {from: 1, to: 3}\n"
    var names: [String] = []
    for count in [4, 6] {
      let result = try sweep(try file(random.replacing("N", with: "\(count)")))
      #expect(result.status == 0, "\(result.errors)")
      let all = try rows("sweep/runs.csv").compactMap { $0["run"] }
      #expect(Set(all).count == count && Array(all.prefix(names.count)) == names)
      names = all
    }
    let file = try file(random.replacing("N", with: "7"))
    try expectOneLine(
      ["sweep", file, "--out", folder.path + "/sweep"], status: 64,
      saying: "'random' has 6 different draws, not 7: \(file), line 5; give fewer draws", ranks: nil)
  }
}
