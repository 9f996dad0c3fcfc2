import Foundation
import Launching
import Testing

#if MPI
  private let short = "--epochs 1 --no-lr-find --threads 1 --quiet --out none"

  /// Ranks that are asked for different things: one line, exit code 64, and nothing trained.
  @Suite(.serialized) struct RankAgreementTests {
    /// Starts ranks that run a shell's words, in which `$rank` is the rank's number and `$run` the program.
    private func run(_ words: String, ranks: Int = 2) throws -> Finished {
      let script = """
        rank=${OMPI_COMM_WORLD_RANK:-$PMI_RANK}; run=\(BuiltProgram("dist-train").path)
        \(words)
        """
      return try BuiltProgram(path: "/bin/sh").run(["-c", script], ranks: ranks, seconds: 30)
    }

    private func expectOneLine(
      _ finished: Finished, of program: String = "dist-train", status: Int32, orKilled: Bool = false, _ parts: [String]
    ) {
      let own = finished.errors.filter { $0.hasPrefix("\(program): ") }
      #expect(own.count == 1, "\(finished.errors)")
      for part in parts { #expect(own.first?.contains(part) == true, "\(part): \(own)") }
      let isKilled = orKilled && MPILauncher.ofThisBuild == .mpich && finished.status == SIGKILL
      #expect(finished.status == status || isKilled, "\(finished.status) \(finished.errors)")
      #expect(!finished.output.contains { $0.hasPrefix("digest") })
      #expect(finished.time < .milliseconds(slack(10_000)))
      #expect(finished.leftProcesses.isEmpty)
    }

    @Test(arguments: [
      ("exec $run \(short) --seed $rank", "--seed 0 on rank 0", "--seed 1 on rank 1"),
      ("exec $run \(short) --bptt $((3 + rank))", "--bptt 3 on rank 0", "--bptt 4 on rank 1"),
      ("exec $run \(short) --batch-size $((64 + rank))", "--batch-size 64 on rank 0", "--batch-size 65 on rank 1"),
      ("exec $run \(short) --threads $((1 + rank))", "--threads 1 on rank 0", "--threads 2 on rank 1"),
      ("test $rank = 1 && set -- --clip 1; exec $run \(short) \"$@\"", "--clip none on rank 0", "--clip 1.0 on rank 1"),
      (
        "test $rank = 1 && export DIST_TRAIN_HIDDEN=32; exec $run \(short)", "--hidden 64 on rank 0",
        "--hidden 32 on rank 1"
      ),
      (
        "test $rank = 1 && set -- --checkpoint-every 7; exec $run \(short) \"$@\"", "--checkpoint-every none on rank 0",
        "--checkpoint-every 7 on rank 1"
      ),
      (
        "test $rank = 1 && exec $run lr-find --out none; exec $run \(short)", "command train on rank 0",
        "command lr-find on rank 1"
      ),
      (
        "test $rank = 1 && exec $run data; exec $run \(short)", "command train on rank 0", "command data on rank 1"
      ),
      (
        "test $rank = 0 && exec $run data; exec $run \(short)", "command data on rank 0", "command train on rank 1"
      ),
      (
        "exec $run generate --weights none --seed $rank", "--seed 0 on rank 0", "--seed 1 on rank 1"
      ),
      (
        "exec $run tokenize $rank --out folder", "arguments 0 on rank 0", "arguments 1 on rank 1"
      ),
      (
        "exec $run bench step --threads 1 --steps $((5 + rank))", "--steps 5 on rank 0", "--steps 6 on rank 1"
      ),
    ])
    func differing(words: String, first: String, second: String) throws {
      expectOneLine(try run(words), status: 64, ["the ranks don't agree", first, second, "("])
    }

    /// What asks for no work is compared too: the ranks that work would wait for it.
    @Test(
      arguments: [
        "--help", "train --help", "help", "--version", "bench", "manual", "--generate-completion-script zsh",
      ], [0, 1])
    func requestsBesideWork(request: String, asking: Int) throws {
      let finished = try run("test $rank = \(asking) && exec $run \(request); exec $run \(short)")
      expectOneLine(
        finished, status: 64, ["the ranks don't agree", "command train on rank \(1 - asking)", "rank \(asking) ("])
      #expect(finished.output.isEmpty)
    }

    @Test(arguments: [("--help", "USAGE: dist-train"), ("--version", "0."), ("help train", "OVERVIEW: Train a model")])
    func requestsOfAllRanks(request: String, text: String) throws {
      let finished = try run("exec $run \(request)", ranks: 3)
      #expect(finished.status == 0 && finished.errors.isEmpty, "\(finished.errors)")
      #expect(finished.output.count { $0.hasPrefix(text) } == 1, "\(finished.output)")
    }

    @Test func theNotebooksHelpBesideItsWork() throws {
      let notebook = BuiltProgram("rnn-exploration").path
      let finished = try run("test $rank = 0 && exec \(notebook) --help; exec \(notebook) --out none --threads 1")
      expectOneLine(
        finished, of: "rnn-exploration", status: 64, ["request help on rank 0", "request the notebook on rank 1"])
    }

    /// The first rank that differs from rank 0 is named, whichever it is.
    @Test func theFirstThatDiffers() throws {
      let finished = try run("exec $run \(short) --seed $((rank / 2))", ranks: 4)
      expectOneLine(finished, status: 64, ["--seed 0 on rank 0", "--seed 1 on rank 2"])
    }

    @Test func filesOfDifferentNodes() throws {
      let folder = try TemporaryDirectory()
      defer { folder.remove() }
      for rank in 0..<2 { try folder.file("\(rank).yaml", Data("lr: 0.00\(rank + 1)\n".utf8)) }
      let finished = try run("exec $run \(short) --config \(folder.path)/$rank.yaml")
      expectOneLine(finished, status: 64, ["--lr 0.001 on rank 0", "--lr 0.002 on rank 1", "0.yaml, line 1"])
    }

    /// An option with its default's value means something only to a run that goes on.
    @Test func onResume() throws {
      let folder = try TemporaryDirectory()
      defer { folder.remove() }
      let start = try Launcher.run(
        ["--epochs", "1", "--lr", "0.002", "--no-lr-find", "--steps", "20", "--quiet", "--out", folder.path + "/run"])
      #expect(start.status == 0, "\(start.errors)")
      let finished = try run(
        "test $rank = 1 && set -- --lr 0.001; exec $run --resume \(folder.path)/run --new-schedule --quiet \"$@\"")
      expectOneLine(finished, status: 64, ["--lr 0.001 (default) on rank 0", "--lr 0.001 on rank 1"])
    }

    /// What each process does its own way may differ.
    @Test func processesOwnMatters() throws {
      let finished = try run(
        "test $rank = 1 && set -- --log-level error --no-plot; exec $run \(short) --steps 3 \"$@\"")
      #expect(finished.status == 0 && finished.output.contains { $0.hasPrefix("digest ") }, "\(finished.errors)")
    }

    /// An error that another rank than 0 has before MPI is up. MPICH's launcher may tell of those that it ends then.
    @Test func errorsOfOneRankAlone() throws {
      expectOneLine(
        try run("test $rank = 1 && set -- --config /nowhere.yaml; exec $run \(short) \"$@\""), status: 74,
        orKilled: true, ["can't read the file (no such file or directory): /nowhere.yaml, on rank 1 ("])
      expectOneLine(
        try run("test $rank = 2 && export DIST_TRAIN_EPOCS=3; exec $run \(short)", ranks: 3), status: 64,
        orKilled: true,
        ["unknown option in the environment: DIST_TRAIN_EPOCS, on rank 2 (", "did you mean DIST_TRAIN_EPOCHS?"])
      // The others would wait for it in MPI's start.
      let finished = try run(
        "test $rank = 1 && exec $run \(short) --epochs 0; exec $run \(short) --stall-seconds 30", ranks: 3)
      expectOneLine(finished, status: 64, orKilled: true, ["number of epochs 0", "on rank 1 ("])
      #expect(!finished.errors.contains { $0.contains("--resume") }, "\(finished.errors)")
    }
  }
#endif
