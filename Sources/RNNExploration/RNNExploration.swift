import ArgumentParser
import Training

/// The program: goes through the notebook in a job, on as many processes as a launcher has started.
@main
struct RNNExploration: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rnn-exploration",
    abstract: "Go through fast.ai's notebook \"RNN Exploration\" in Swift.",
    discussion: """
      It prints each cell's result and writes the whole as one page for the browser. Under mpirun, all processes train and \
      the first one prints; the numbers are the same for any number of them.
      """)

  @Option(
    help: ArgumentHelp("The page, or none. A page of an earlier run is replaced, no other file is.", valueName: "file"))
  var out = "rnn-exploration.html"

  @Option(parsing: .unconditional, help: ArgumentHelp("Where the random initial weights start from.", valueName: "n"))
  var seed: UInt64 = 42

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Workers in each process. (default: the node's cores shared by its processes)", valueName: "n"))
  var threads: Int?

  @Flag(help: "Print nothing but errors.")
  var quiet = false

  /// Reads the command line, runs, and turns an error into one line and the exit code.
  static func main() {
    do {
      try parsed()?.explore()
      try Job.flushOutput()
    } catch {
      Job.end(Job.report(error))
    }
  }

  /// The command line's options; nil after a request for help, which the job's first process has answered once all
  /// have turned out to ask for it.
  private static func parsed() throws -> Self? {
    do {
      return try parse(nil)
    } catch {
      if exitCode(for: error).isSuccess {
        #if MPI
          try Job.run(agreeingOn: [Job.Fact("request", "help")]) { _ in }
        #endif
        if Job.isFirst { print(fullMessage(for: error)) }
        return nil
      }
      throw RunError(
        "wrong usage", at: message(for: error), remedy: "see `rnn-exploration --help`", status: .usage)
    }
  }

  private func explore() throws {
    if let threads, !(1...16).contains(threads) {
      throw RunError(
        "\(threads) threads for the 16 lanes of 64 streams", at: "--threads", remedy: "give a number from 1 to 16",
        status: .usage)
    }
    try Job.run(threads: threads, agreeingOn: [Job.Fact("request", "the notebook")]) { job in
      let page = job.rank == 0 && out != "none" ? try PageFile(out) : nil
      let notebook = Notebook(isShown: job.rank == 0, isPrinted: !quiet)
      try notebook.explore(seed: seed, job: job)
      notebook.endCell()
      guard let page else { return }
      try page.write(NotebookPage.html(notebook.cells))
      if !quiet { print("\npage \(out)") }
    }
  }
}
