import Foundation
import Launching
import Testing

/// What the benchmarks print; their figures are nobody's to test.
@Suite(.serialized) struct BenchmarkTests {
  private let program = BuiltProgram("dist-train")

  private func object(_ run: Finished) throws -> [String: Any] {
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.count == 1)
    return try #require(
      try JSONSerialization.jsonObject(with: Data((run.output.first ?? "").utf8)) as? [String: Any])
  }

  @Test func aStepsFigures() throws {
    let figures = try object(
      program.run(
        ["bench", "step", "--steps", "20", "--threads", "2", "--vocab", "100", "--bptt", "5", "--json"], ranks: 2))
    let expected = [
      "workers": 4, "ranks": 2, "threads": 2, "hidden": 64, "vocab": 100, "batch_size": 64, "bptt": 5, "steps": 20,
    ]
    for (name, value) in expected { #expect(figures[name] as? Int == value, "\(name)") }
    #expect(figures["model"] as? String == "model3")
    let step = try #require(figures["us_per_step_median"] as? Double)
    let best = try #require(figures["us_per_step_best"] as? Double)
    #expect(best > 0 && best <= step)
    let tokens = try #require(figures["tokens_per_second"] as? Double)
    #expect(abs(tokens * step / 1e6 / (64 * 5) - 1) < 1e-9)
    // 6·hidden² + 6·hidden·vocabulary for each token.
    let gflops = try #require(figures["model_gflops"] as? Double)
    let perToken: Double = 6 * 64 * (64 + 100)
    let operations = 320 * perToken
    #expect(abs(gflops * step * 1e3 / operations - 1) < 1e-9)
    #expect(figures["flops_per_step"] as? Double == operations)
    // At least parameters with two slots, written and read: two matrices of 64 × 100 and one of 64 × 64.
    let bytes = try #require(figures["bytes_per_step"] as? Int)
    #expect(bytes > 24 * 16_896)
    let peak = try #require(figures["peak_gflops_per_core"] as? Double)
    let fraction = try #require(figures["fraction_of_peak"] as? Double)
    #expect(abs(fraction * peak * 4 / gflops - 1) < 1e-9)
    for name in ["reduce_us_median", "bytes_reduced_per_step", "peak_rss_bytes"] {
      #expect((figures[name] as? Double ?? 0) > 0, "\(name)")
    }
  }

  /// Most of it is the MPI library's and the program's own pages; MPICH's takes more.
  @Test func aRanksMemory() throws {
    let figures = try object(program.run(["bench", "step", "--steps", "20", "--json"], ranks: 2))
    let peak = try #require(figures["peak_rss_bytes"] as? Int)
    #expect(peak < (MPILauncher.ofThisBuild == .openMPI ? 32 : 43) << 20, "\(peak)")
  }

  @Test(arguments: [false, true])
  func everyNumberOfWorkersInOneLaunch(weak: Bool) throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let options = ["bench", "scaling", "--steps", "10", "--threads", "1", "--json", "--svg", folder.path + "/s.svg"]
    let result = try object(program.run(options + (weak ? ["--weak"] : []), ranks: 3))
    let rows = try #require(result["rows"] as? [[String: Any]])
    #expect(rows.map { $0["workers"] as? Int } == [1, 2, 3])
    for row in rows {
      let shares = ["compute", "reduction", "waiting"].compactMap { row[$0] as? Double }
      #expect(shares.count == 3 && shares.allSatisfy { (-1e-9...1 + 1e-9).contains($0) })
      #expect(abs(shares.reduce(0, +) - 1) < 1e-9)
      #expect(row["barrier_ns"] as? Double ?? 0 > 0)
    }
    #expect(try String(contentsOfFile: folder.path + "/s.svg", encoding: .utf8).hasPrefix("<svg"))
    // A file of the user's is not overwritten.
    #expect(try program.run(options).status == 74)
  }

  @Test func theReductionBesideTheLibrarys() throws {
    let result = try object(
      program.run(["bench", "reduce", "--most", "100000", "--threads", "1", "--json"], ranks: 2))
    let rows = try #require(result["reduce"] as? [[String: Any]])
    #expect(rows.map { $0["bytes"] as? Int } == [1024, 9216, 37888, 99328])
    for row in rows {
      for name in ["canonical_us", "allreduce_us", "bound_us"] { #expect((row[name] as? Double ?? 0) > 0, "\(name)") }
    }
  }

  @Test func everyKernelsSpeed() throws {
    let figures = try object(
      program.run(["bench", "kernels", "--hidden", "24", "--vocab", "50", "--bptt", "2", "--batch-size", "8", "--json"])
    )
    let kernels = try #require(figures["kernels"] as? [[String: Any]])
    #expect(kernels.count == 17)
    for kernel in kernels { #expect((kernel["us"] as? Double ?? 0) > 0, "\(kernel)") }
    let logits = try #require(kernels.first { $0["kernel"] as? String == "logits" })
    #expect(logits["shape"] as? String == "16x24x50")
    let (speed, time) = (logits["gflops"] as? Double ?? 0, logits["us"] as? Double ?? 0)
    #expect(abs(speed * time * 1e3 / (2 * 16 * 24 * 50) - 1) < 1e-9)
    // Inputs, weights and results, four bytes each.
    let bytes = 4 * Double(16 * 24 + 24 * 50 + 16 * 50)
    #expect(logits["bytes"] as? Double == bytes)
    // The nearer roof: operations at the peak, or the bytes at the speed of a copy in the first-level cache.
    let peak = try #require(figures["peak_gflops_per_core"] as? Double)
    let copies = try #require(figures["copies"] as? [[String: Double]])
    let sizes: [Double] = [24_576, 393_216, 6_291_456, 33_554_432]
    #expect(copies.map { $0["bytes"] ?? 0 } == sizes)
    let copied = bytes / (copies[0]["gigabytes_per_second"] ?? 0) / 1e3
    let computed = 38_400 / peak / 1e3
    let bound = try #require(logits["bound_us"] as? Double)
    #expect(abs(bound / max(copied, computed) - 1) < 1e-9)
    #expect(logits["bound_by"] as? String == (copied > computed ? "memory" : "operations"))
    #expect(try program.run(["bench", "kernels", "--vocab", "0"]).status == 64)
  }

  /// Layers of one shape are timed once; awd-lstm's three have three shapes.
  @Test(arguments: [("rnn", 1, 1), ("gru", 3, 1), ("lstm", 4, 1), ("awd-lstm", 4, 3)])
  func everyCellsKernels(model: String, gates: Int, shapes: Int) throws {
    let figures = try object(
      program.run([
        "bench", "kernels", "--model", model, "--hidden", "32", "--vocab", "50", "--bptt", "2", "--batch-size", "8",
        "--json",
      ]))
    let kernels = try #require(figures["kernels"] as? [[String: Any]])
    // A GRU's two products are two rows each, forward and for the weights; others' are one.
    #expect(kernels.count == (model == "gru" ? 8 : 6) * shapes + 7)
    for kernel in kernels {
      #expect((kernel["us"] as? Double ?? 0) > 0 && (kernel["bytes"] as? Double ?? 0) > 0, "\(kernel)")
    }
    let product = try #require(kernels.first { $0["kernel"] as? String == "state product, backward" })
    #expect(product["shape"] as? String == "8x\(32 * gates)x32")
    #expect(kernels.count { $0["kernel"] as? String == "cell, backward" } == shapes)
  }

  @Test func aTraceHasARowForEachWorker() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let options = ["--epochs", "1", "--no-lr-find", "--out", "none", "--quiet", "--threads", "2"]
    let plain = try program.run(options, ranks: 2)
    let traced = try program.run(options + ["--trace", folder.path + "/trace.json"], ranks: 2)
    #expect(traced.status == 0 && traced.output == plain.output, "\(traced.errors)")
    let trace = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: folder.path + "/trace.json")))
        as? [String: Any])
    let events = try #require(trace["traceEvents"] as? [[String: Any]])
    for worker in 0..<4 {
      let own = events.filter { $0["tid"] as? Int == worker && $0["ph"] as? String == "X" }
      for phase in ["forward", "backward", "reduce", "update", "gather"] {
        #expect(own.count { $0["name"] as? String == phase } == 8, "worker \(worker), \(phase)")
      }
      #expect(own.contains { $0["name"] as? String == "wait" })
      #expect(own.allSatisfy { ($0["ts"] as? Double ?? -1) >= 0 && ($0["dur"] as? Double ?? -1) >= 0 })
    }
  }
}
