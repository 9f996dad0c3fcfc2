import Foundation
import Launching
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// The page of benchmarks that the built program makes; its figures are nobody's to test.
@Suite(.serialized) struct BenchmarkPageTests {
  private let program = BuiltProgram("dist-train")
  private static let quick = [
    "--shapes", "model3:16:2,lstm:16:2:50", "--kernels", "gru:16:2", "--threads", "2", "--rounds", "2", "--steps", "3",
  ]

  private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  /// The outermost pictures of a page.
  private func pictures(_ html: String) -> [String] {
    var (pictures, depth) = ([String](), 0)
    var start = html.startIndex
    for match in html.matches(of: #/<svg |<\/svg>/#) {
      if match.output == "</svg>" {
        depth -= 1
        if depth == 0 { pictures.append(String(html[start..<match.range.upperBound])) }
      } else {
        if depth == 0 { start = match.range.lowerBound }
        depth += 1
      }
    }
    return pictures
  }

  @Test func aPageOfThisMachine() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let peers = #"{"2": {"median": {"dist-train": 10, "other": 40}}}"#
    try peers.write(toFile: folder.path + "/peers", atomically: true, encoding: .utf8)
    let (out, both) = (folder.path + "/out", folder.path + "/both")
    let options = ["bench", "page", "--out", out, "--peers", folder.path + "/peers"] + Self.quick
    let made = try program.run(options)
    #expect(made.status == 0 && made.errors.isEmpty, "\(made.errors)")

    let json = try text(out + "/benchmarks.json")
    let sheet = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    let peak = try #require(sheet["theoretical_peak_gflops_per_core"] as? Double)
    #expect(peak > 0 && ((sheet["cores"] as? [Any])?.count ?? 0) > 0)
    let steps = try #require(sheet["steps"] as? [[String: Any]])
    #expect(steps.map { $0["workers"] as? Int } == [1, 2, 1, 2])
    for step in steps {
      let times = ["lower_quartile", "median", "upper_quartile"].compactMap { step["us_per_step_\($0)"] as? Double }
      #expect(times.count == 3 && times == times.sorted() && times[0] > 0)
      // The command is one, and about the same step.
      let command = try #require(step["command"] as? String).split(separator: " ").map(String.init)
      let again = try program.run(Array(command.dropFirst()) + ["--json"])
      let figures = try #require(
        try JSONSerialization.jsonObject(with: Data((again.output.first ?? "").utf8)) as? [String: Any])
      for name in ["model", "hidden", "bptt", "vocab", "batch_size", "workers", "steps", "flops_per_step"] {
        #expect("\(figures[name] ?? "none")" == "\(step[name] ?? "")", "\(name)")
      }
    }
    let kernels = try #require((sheet["kernels"] as? [[String: Any]])?.first)
    let command = try #require(kernels["command"] as? String).split(separator: " ").dropFirst().map(String.init)
    let again = try program.run(command + ["--json"])
    let rows = try #require(
      try JSONSerialization.jsonObject(with: Data((again.output.first ?? "").utf8)) as? [String: Any])["kernels"]
    let names = (rows as? [[String: Any]])?.map { "\($0["kernel"] ?? "")" }
    #expect(names == (kernels["rows"] as? [[String: Any]])?.map { "\($0["kernel"] ?? "")" })

    let html = try text(out + "/benchmarks.html")
    #expect(
      !html.contains("http") || html.matches(of: #/http[^"]*/#).allSatisfy { $0.output.contains("w3.org/2000/svg") })
    let pictures = pictures(html)
    // Bars and scaling for each model, and the kernels' roofs; each for a wide and for a narrow window.
    #expect(pictures.count == 2 * (2 + 2 + 1))
    for picture in pictures { #expect(XMLParser(data: Data(picture.utf8)).parse(), "\(picture.prefix(300))") }
    let top = "top: theoretical peak of a core, \(String(format: "%.1f", peak)) GFLOP/s"
    #expect(pictures.count { $0.contains(top) } == 2 * 3)
    for (index, step) in steps.enumerated() {
      #expect(try html.contains("\(index + 1)  \(#require(step["command"] as? String))\(index < 3 ? "\n" : "</pre>")"))
    }
    #expect(html.contains("Faster than dist-train: other on 1 worker at model3, hidden 64, bptt 2 (4.00 ×)."))

    // Nothing is overwritten; sheets alone make a page.
    #expect(try program.run(options).status == 74)
    #expect(try text(out + "/benchmarks.json") == json)
    let sheets = [out + "/benchmarks.json", out + "/benchmarks.json"]
    let shown = try program.run(["bench", "page", "--sheets-only", "--out", both] + sheets)
    #expect(shown.status == 0, "\(shown.errors)")
    let page = try text(both + "/benchmarks.html")
    #expect(page.contains("machine 2") && page.contains("no speeds of any were given"))
    #expect(self.pictures(page).count == 2 * pictures.count)
    #expect(!FileManager.default.fileExists(atPath: both + "/benchmarks.json"))
  }

  @Test func whatCantBeShown() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    try "{}".write(toFile: folder.path + "/other", atomically: true, encoding: .utf8)
    let out = ["bench", "page", "--out", folder.path + "/out"]
    for (arguments, status, line) in [
      (out + ["--sheets-only"], 64, "no sheets to show: --sheets-only; name some"),
      (out + [folder.path + "/none"], 74, "can't read the file"),
      (out + [folder.path + "/other"], 65, "no sheet of benchmarks: \(folder.path)/other; give a benchmarks.json"),
      (out + ["--peers", folder.path + "/other"], 65, "JSON without the speeds of dist-train"),
      (out + ["--shapes", "lstm:64"], 64, "'lstm:64' is invalid for '--shapes <list>'"),
      (out + ["--shapes", "lstm:0:3"], 64, "hidden size 0"), (["bench", "page"], 64, "--out"),
    ] {
      let run = try program.run(arguments)
      #expect(run.status == Int32(status) && run.errors.count == 1, "\(arguments) \(run.errors)")
      #expect(run.errors.first?.contains(line) == true, "\(run.errors)")
    }
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/out"))
    #if MPI
      let ranks = try program.run(out + Self.quick, ranks: 2)
      #expect(ranks.status == 64)
      let line = "the page is about the cores of one process: started by an MPI launcher"
      #expect(ranks.errors.count { $0.contains(line) } == 1)
    #endif
  }
}
