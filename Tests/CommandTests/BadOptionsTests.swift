import Foundation
import Launching
import Testing

/// Wrong options: each its one line, once for the job, and exit code 64.
@Suite(.serialized) struct BadOptionsTests {
  @Test(
    arguments: [
      (["trian", "--epochs", "3"], "unknown command: trian; did you mean train?"),
      (["bench", "steps"], "unknown command: steps; did you mean step?"),
      (["bench", "zzzzzzzz"], "unknown command: zzzzzzzz; there are step, scaling, reduce, kernels, page"),
      (["train", "bogus"], "unexpected argument 'bogus'; see `dist-train train --help`"),
      (["bench", "step", "--steps", "x"], "'x' is invalid for '--steps <n>'; see `dist-train bench step --help`"),
      (["--seed", "-1"], "'-1' is invalid for '--seed"),
      (["--out", "none", "--batch-size"], "missing value for '--batch-size"),
      (["--batch-size", "-1"], "batch size -1"),
      (["--bptt", "0"], "bptt 0"), (["--hidden", "0"], "hidden size 0"), (["--epochs", "0"], "number of epochs 0"),
      (["--steps", "0"], "number of steps 0"), (["--threads", "0"], "number of threads 0"),
      (["--threads", "17"], "17 threads for 16 lanes"), (["--lanes", "0"], "0 lanes"),
      (["--lanes", "65"], "65 lanes for 64 streams"), (["--ranks-per-node", "0"], "number of ranks 0"),
      (["--lr", "nan"], "learning rate nan"), (["--lr", "0"], "learning rate 0"),
      (["--lr", "fast"], "'fast' is invalid for '--lr"), (["--lr", "auto", "--no-lr-find"], "--lr auto --no-lr-find"),
      (["--moms", "1"], "'1' is invalid for '--moms"), (["--moms", "0.9,1"], "momentum 1.0"),
      (["--pct-start", "2"], "share 2.0"), (["--div-factor", "inf"], "factor inf"),
      (["--patience", "0"], "number of epochs 0"), (["--min-delta", "-1"], "difference -1.0"),
      (["--monitor", "loss"], "'loss' is invalid for '--monitor"), (["--metrics", "top0"], "'top0' is invalid"),
      (["--monitor", "top5"], "the run has no metric top5: --monitor top5; give --metrics accuracy,top5"),
      (["--metrics", "top5,top5"], "a metric is there twice (top5,top5): --metrics"),
      (["--metrics", "nonsense"], "'nonsense' is invalid for '--metrics <names>'; give some of accuracy, perplexity"),
      (
        ["--metrics", "top5,top999"],
        "top999 is always 1 with a vocabulary of 40 tokens: --metrics top999; give a number below 40"
      ),
      (
        ["--lr", "1e-4,1e-3"],
        "model3 has one group of parameters, and so one learning rate: --lr 0.0001,0.001; give one rate"
      ),
      (["lr-find", "--model", "model0", "--lr", "1e-4,1e-3"], "unknown option '--lr'"),
      (["--plateau-patience", "1", "--plateau-factor", "1"], "factor 1.0"),
      (["--plateau-factor", "0.5"], "the rate is never lowered: --plateau-factor; give --plateau-patience"),
      (["--schedule", "flat-cosine", "--moms", "0.95,0.85"], "flat-cosine has one momentum: --moms 0.95,0.85"),
      (["--weight-decay", "-1"], "weight decay -1.0"), (["--train", "text"], "--train, --valid"),
      (["--out", ""], "--out"), (["lr-find", "--start-lr", "1", "--end-lr", "0.1"], "--start-lr, --end-lr"),
      (["--model", "model0", "--layers", "2"], "model0 has no such option: --layers; leave it out"),
      (["--no-tie-weights"], "model3 has no such option: --no-tie-weights; leave it out"),
      (["--tie-weights"], "model3 has no such option: --tie-weights; leave it out"),
      (
        ["--model", "awd-lstm", "--norm", "batch"], "awd-lstm has nothing before its output layer: --norm; leave it out"
      ),
      (["--model", "lstm", "--layers", "0"], "number of layers 0"),
      (["--model", "gru", "--tie-weights", "--embedding", "32"], "widths 32 and 64: --tie-weights, --embedding; give"),
      (["--model", "awd-lstm", "--drop-mult", "4"], "probability of 1.0 leaves nothing: --drop-mult; give less"),
      (["--model", "rnn", "--dropout-output", "1"], "probability 1.0"),
      (["lr-find", "--num-it", "1"], "number of steps 1"), (["bench", "step", "--steps", "0"], "number of steps 0"),
    ] as [([String], String)])
  func alone(arguments: [String], text: String) throws {
    let output = arguments.contains("--out") || arguments.first == "bench" ? [] : ["--out", "none"]
    try expectOneLine(arguments + output, status: 64, saying: text, ranks: nil)
  }

  /// Numbers within their bounds, but far from what anybody means: the run ends, well or with a line.
  @Test(
    arguments: [
      (["--moms", "0,0"], 0), (["--max-seconds", "1e300"], 0), (["--lr", "1e300"], 1), (["--div-factor", "1e-300"], 1),
      (["--clip", "1e-300"], 0), (["--stall-seconds", "1e300"], 0), (["--lr", "50", "--on-non-finite", "skip"], 1),
      (["lr-find", "--start-lr", "1e-300", "--end-lr", "1e300"], 0),
    ] as [([String], Int32)])
  func extremes(arguments: [String], status: Int32) throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let isFinder = arguments.first == "lr-find"
    let result = try Launcher.run(
      arguments + ["--out", folder.path + "/run"] + (isFinder ? [] : ["--steps", "300", "--quiet"]))
    #expect(result.status == status, "\(result.errors)")
    #expect(result.finished.errors.count == (status == 0 ? 0 : 1), "\(result.errors)")
    #expect(isFinder || FileManager.default.fileExists(atPath: folder.path + "/run/report.html"))
  }

  @Test(
    arguments: [
      (["--bogus"], "unknown option '--bogus'"), (["--model", "model9"], "'model9' is invalid for '--model"),
      (["--batch-size", "0"], "batch size 0 is too small: --batch-size"), (["--bptt", "60000"], "bptt 60000"),
      (["--batch-size", "8", "--lanes", "3", "--threads", "4"], "lanes"),
    ] as [([String], String)], aloneAndRanks)
  func aloneAndUnderALauncher(bad: ([String], String), ranks: Int?) throws {
    try expectOneLine(bad.0 + ["--out", "none"], status: 64, saying: bad.1, ranks: ranks)
  }

  #if MPI
    @Test func moreRanksThanLanes() throws {
      try expectOneLine(
        ["--lanes", "3", "--threads", "1", "--out", "none"], status: 64, saying: "4 ranks for 3 lanes", ranks: 4)
    }
  #endif
}
