#if os(Linux)
  import Foundation
  import Launching
  import Testing

  /// Limits on a process's memory: whatever the limit, a run does its work, or says in one line what binds, and keeps
  /// what stands.
  @Suite(.serialized) struct MemoryLimitTests {
    /// Runs the program with `ulimit -v` of so many kB for each process.
    private func run(_ arguments: [String], kilobytes: Int, ranks: Int? = nil, to run: String) throws -> Finished {
      let program = BuiltProgram("dist-train").path
      return try BuiltProgram(path: "/bin/bash").run(
        ["-c", #"ulimit -v "$0"; exec "$@""#, "\(kilobytes)", program] + arguments + ["--out", run], ranks: ranks,
        seconds: 60)
    }

    /// Whether the program began at all: otherwise the limit is too small for its libraries, or for its file, which a
    /// signal of the kernel's tells as long as no lesser limit sufficed for that, and no line of it has run.
    private func hasBegun(_ result: Finished, fits: Bool) -> Bool {
      let isSilent = result.output.isEmpty && result.errors.allSatisfy { $0.hasPrefix("timeout: ") }
      return result.status != 127 && !(isSilent && (result.status >= 128 || result.status == SIGSEGV && !fits))
    }

    /// Tries limits from the least on, until the run has done its work under three.
    ///
    /// - limits: kB; MPI libraries differ in how many addresses they take.
    private func check(_ arguments: [String], limits: StrideThrough<Int>) throws {
      let folder = try TemporaryDirectory()
      defer { folder.remove() }
      let whole = try BuiltProgram("dist-train").run(arguments + ["--out", "none"])
      let digest = try #require(whole.output.last { $0.hasPrefix("digest ") })
      var (began, done, short) = (0, 0, 0)
      var fits = false
      for limit in limits where done < 3 {
        let path = folder.path + "/\(limit)"
        let result = try run(arguments, kilobytes: limit, to: path)
        fits = fits || result.status == 127
        guard hasBegun(result, fits: fits) else { continue }
        began += 1
        if result.status == 0 {
          done += 1
          #expect(result.errors.isEmpty && result.output.last == digest, "\(limit): \(result.errors)")
          continue
        }
        short += 1
        #expect(result.status == 1 || result.status == 75, "\(limit): \(result.status) \(result.errors.prefix(3))")
        let line = result.errors.first ?? ""
        #expect(result.errors.count == 1 && line.hasPrefix("dist-train: "), "\(limit): \(result.errors)")
        #expect(line.contains("ulimit -v"), "\(limit): \(result.errors)")
        let kept = (try? FileManager.default.contentsOfDirectory(atPath: path + "/checkpoints")) ?? []
        guard result.status == 75 || result.output.contains(where: { $0.contains(#/^\d+ +\d\.\d/#) }) else { continue }
        // Steps were done.
        #expect(!kept.isEmpty, "\(limit)")
        #expect(line.contains("--resume \(path)"), "\(limit): \(result.errors)")
        let rest = try BuiltProgram("dist-train").run(["--resume", path])
        #expect(rest.status == 0 && rest.output.last == digest, "\(limit): \(rest.errors)")
      }
      #expect(began > 0 && short > 0 && done > 0, "\(began) runs, \(short) too short, \(done) done")
    }

    @Test func anyLimitOfADefaultRun() throws {
      try check(["--epochs", "2", "--no-lr-find"], limits: stride(from: 64_000, through: 400_000, by: 3000))
    }

    @Test func anyLimitOfALargerModel() throws {
      try check(
        ["--epochs", "1", "--no-lr-find", "--bptt", "70", "--steps", "2", "--hidden", "700", "--threads", "1"],
        limits: stride(from: 80_000, through: 500_000, by: 15_000))
    }

    #if MPI
      @Test(arguments: [90_000, 120_000, 150_000, 190_000, 230_000, 1_000_000]) func onFourRanks(limit: Int) throws {
        let folder = try TemporaryDirectory()
        defer { folder.remove() }
        let arguments = ["--steps", "30", "--no-lr-find"]
        let result = try run(arguments, kilobytes: limit, ranks: 4, to: folder.path + "/run")
        if result.status == 0 {
          let whole = try BuiltProgram("dist-train").run(arguments + ["--out", "none"])
          #expect(result.output.last { $0.hasPrefix("digest ") } == whole.output.last)
        } else {
          #expect(limit < 1_000_000)
          // No line of the program has run then.
          if result.errors.contains(where: { $0.contains("error while loading shared libraries") }) { return }
          let own = result.errors.filter { $0.hasPrefix("dist-train: ") }
          #expect(own.count == 1 && own[0].contains("ulimit -v"), "\(limit): \(result.errors)")
        }
        #expect(result.leftProcesses.isEmpty)
      }
    #endif
  }
#endif
