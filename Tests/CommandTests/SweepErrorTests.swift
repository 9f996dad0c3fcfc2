import Foundation
import Launching
import Testing

/// Files and directories that `dist-train sweep` can't work with: one line, and nothing is written.
@Suite(.serialized) struct SweepErrorTests {
  private let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory() }

  private func file(_ text: String) throws -> String { try folder.file("sweep.yaml", Data(text.utf8)).path }

  @Test(arguments: [
    ("lrr: 1e-3\n", "unknown option 'lrr': FILE, line 1; did you mean lr?"),
    ("gird:\n  lr: [1e-3]\n", "unknown option 'gird': FILE, line 1; did you mean grid?"),
    ("grid:\n  lrr: [1e-3]\n", "unknown option 'lrr': FILE, line 2; did you mean lr?"),
    ("grid:\n  hidden: [8, 0]\n", "hidden size 0 is too small: --hidden (FILE, line 2); give at least 1"),
    ("hidden: many\n", "'many' is invalid for '--hidden <n>' (FILE, line 1); see"),
    ("grid:\n  hidden: 8\n", "'hidden' has no list of values: FILE, line 2; write `hidden: [first, second]`"),
    ("out: here\n", "'out' is no option of a sweep's runs: FILE, line 1; leave it out"),
    ("most: 2000\n", "'most' is no option of train: FILE, line 1; see"),
    ("grid:\n  lr: [1e-3, 0.001]\n", "two runs are the same (lr=0.001,seed=42): FILE; leave out"),
    ("lr: 1e-3\ngrid:\n  lr: [1e-3, 1e-2]\n", "'lr' is given twice: FILE, line 1; FILE, line 3; leave out one"),
    ("grid:\n  seed: [1, 2]\n", "a run's seed is one of the sweep's seeds: FILE, line 2; give `seeds: 12`"),
    ("seeds: 0\n", "number of seeds 0 is too small: --seeds (FILE, line 1); give at least 1"),
    ("best: loss\n", "'best' is judged by valid_loss, accuracy, or another metric of the runs: FILE, line 1; give one"),
    (
      "best: top5\n",
      "'best' is judged by top5, which a run doesn't have: --metrics (FILE); give metrics: [accuracy, top5]"
    ),
    ("", "the file is empty: FILE; write"),
    ("# nothing\n", "the file is empty: FILE; write"),
    ("grid: {}\n", "'grid' has no options: FILE, line 1; write"),
    ("grid:\n", "'grid' has no options: FILE, line 1; write"),
    ("random: {}\n", "'random' lacks draws or options: FILE, line 1; write"),
    ("runs: [{}]\n", "the runs of 'runs' have no options: FILE, line 1; write"),
    ("runs: []\n", "'runs' is empty: FILE, line 1; write"),
    ("seeds: []\n", "'seeds' is empty: FILE, line 1; write"),
    (
      "grid:\n  model: [model3, gru]\n  layers: [1, 2]\n",
      "model3 has no such option: --layers (model of FILE, line 2, layers of FILE, line 3); leave it out"
    ),
    (
      "random:\n  draws: 3\n  lr: {from: 0, to: 1, scale: log}\n", "'lr' has no scale log from 0 on: FILE, line 3; give"
    ),
    ("- lr\n", "the configuration has no names: FILE; write"),
  ])
  func filesThatAreWrong(text: String, line: String) throws {
    defer { folder.remove() }
    let file = try file(text)
    try expectOneLine(
      ["sweep", file, "--out", folder.path + "/sweep"], status: 64, saying: line.replacing("FILE", with: file),
      ranks: nil)
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/sweep"))
  }

  /// Too many runs are counted before any is made.
  @Test func tooManyRunsTakeNoTime() throws {
    defer { folder.remove() }
    let list = "[\((1...200).map { "\($0)" }.joined(separator: ", "))]"
    let grid = "grid:\n  hidden: \(list)\n  epochs: \(list)\n  steps: \(list)\n"
    for text in [grid, "seeds: 40000\ngrid:\n  hidden: [8, 16, 32]\n", grid + "  bptt: \(list)\n  patience: \(list)\n"]
    {
      let file = try file(text)
      try expectOneLine(
        ["sweep", file, "--out", folder.path + "/sweep"], status: 64, saying: "more than 100,000 runs: \(file); sweep",
        ranks: nil, prefix: ["bash", "-c", "ulimit -v 2000000; exec \"$@\"", "bash"])
    }
  }

  @Test func aDirectoryIsNeeded() throws {
    defer { folder.remove() }
    let file = try file("hidden: 16\nepochs: 1\n")
    for command in [["sweep", file], ["tokenize", file]] {
      try expectOneLine(
        command + ["--out", "none"], status: 64,
        saying: "directory here, where files are kept: --out; give a directory",
        ranks: nil)
    }
  }

  @Test(arguments: aloneAndRanks) func directoriesThatAreTaken(ranks: Int?) throws {
    defer { folder.remove() }
    let file = try file("hidden: 16\nepochs: 1\n")
    try FileManager.default.createDirectory(atPath: folder.path + "/other", withIntermediateDirectories: true)
    try folder.file("other/note")
    try expectOneLine(
      ["sweep", file, "--out", folder.path + "/other"], status: 74,
      saying: "the output directory holds something else than a sweep: \(folder.path)/other/note", ranks: ranks)
    try expectOneLine(
      ["sweep", folder.path + "/missing.yaml", "--out", folder.path + "/sweep"], status: 74,
      saying: "can't read the file (no such file or directory): \(folder.path)/missing.yaml", ranks: ranks)
    // While another job is at work there.
    let lock = try folder.file("other/.lock")
    let script = "exec 9<>\"$0\"; flock 9; \"$@\""
    let result = try BuiltProgram(path: "/bin/bash").run([
      "-c", script, lock.path, BuiltProgram("dist-train").path, "sweep", file, "--out", folder.path + "/other",
    ])
    #expect(result.status == 74 && result.errors.count == 1, "\(result.errors)")
    #expect(result.errors[0].contains("another job works in the run directory"))
  }

  #if MPI
    @Test func ranksThatReadOtherTexts() throws {
      defer { folder.remove() }
      for rank in 0...1 {
        try FileManager.default.createDirectory(atPath: "\(folder.path)/\(rank)", withIntermediateDirectories: true)
        let text = String(repeating: "one two \(rank)\n", count: 40)
        try folder.file("\(rank)/text", Data(text.utf8))
        try folder.file("\(rank)/sweep.yaml", Data("train: text\nvalid: text\nbatch-size: 2\nepochs: 1\n".utf8))
      }
      let script = """
        cd \(folder.path)/${OMPI_COMM_WORLD_RANK-$PMI_RANK}
        exec \(BuiltProgram("dist-train").path) sweep sweep.yaml --out \(folder.path)/sweep
        """
      let result = try BuiltProgram(path: "/bin/sh").run(["-c", script], ranks: 2)
      let own = result.errors.filter { $0.hasPrefix("dist-train: ") }
      #expect(result.status == 65 && own.count == 1, "\(result.errors)")
      #expect(
        own.allSatisfy { $0.contains("process 1 reads another file of this name than process 0: text") }, "\(own)")
      #expect(!FileManager.default.fileExists(atPath: folder.path + "/sweep"))
    }
  #endif
}
