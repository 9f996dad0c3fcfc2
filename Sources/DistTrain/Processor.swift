import Training

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Whether this machine's CPU can run what the program was compiled for; without the check it would end in an illegal
/// instruction.
enum Processor {
  /// The CPU features this build uses, as `/proc/cpuinfo` spells them.
  static let required: [String] = {
    #if BUILT_FOR_AVX512
      ["avx2", "fma", "avx512f"]
    #elseif BUILT_FOR_AVX2
      ["avx2", "fma"]
    #else
      []
    #endif
  }()

  /// Throws a configuration error if the CPU lacks a feature; a system that doesn't tell is trusted.
  static func check() throws(RunError) {
    #if os(Linux) && arch(x86_64)
      guard !required.isEmpty else { return }
      let missing = missingFeatures(in: readStart(of: "/proc/cpuinfo"), required: required)
      guard !missing.isEmpty else { return }
      throw RunError(
        "this build needs a CPU with \(required.joined(separator: ", "))",
        at: "here \(missing.joined(separator: ", ")) is missing",
        remedy: "rebuild with DIST_TRAIN_CPU=x86-64-v2 or on this machine", status: .usage)
    #endif
  }

  /// Those of `required` that the first `flags` line of `cpuinfo` doesn't name; none if there is no such line.
  static func missingFeatures(in cpuinfo: String, required: [String]) -> [String] {
    guard let line = cpuinfo.split(separator: "\n").first(where: { $0.hasPrefix("flags") }) else { return [] }
    let features = line.split { $0 == " " || $0 == "\t" || $0 == ":" }
    return required.filter { name in !features.contains { $0 == name } }
  }

  /// The file's first 16 kB, which hold all of the first core's entry; empty if it can't be read.
  private static func readStart(of path: String) -> String {
    let file = unsafe open(path, O_RDONLY)
    guard file >= 0 else { return "" }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 16_384)
    var filled = 0
    while filled < bytes.count {
      // The kernel hands this file out in pieces; each goes behind the last, within the array.
      let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(file, $0.baseAddress! + filled, $0.count - filled) }
      guard count > 0 else { break }
      filled += count
    }
    return String(decoding: bytes[..<filled], as: UTF8.self)
  }
}
