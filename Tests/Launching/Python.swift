import Foundation

/// A Python that has libraries which our files are read with.
public enum Python {
  /// `DIST_TRAIN_PYTHON`, or else `python3`, where it can import the modules, with commas between them; nil
  /// where there is none.
  public static func having(_ modules: String) -> BuiltProgram? {
    let name = ProcessInfo.processInfo.environment["DIST_TRAIN_PYTHON"] ?? "python3"
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/" }
    let places = name.contains("/") ? [name] : folders.map { $0 + name }
    guard let path = places.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else { return nil }
    let python = BuiltProgram(path: path)
    return (try? python.run(["-c", "import \(modules)"]).status) == 0 ? python : nil
  }
}
