internal import Memory
internal import Platform

/// The numbers of the cores that this process may run on, ascending; none where the system doesn't say.
package func usableCoreNumbers() -> [Int] {
  let set = coreSet()
  return (0..<(set.count * 8)).filter { set[$0 / 8] >> ($0 % 8) & 1 == 1 }
}

/// Calls `body` on one core, to which the calling thread is bound as long (`sched_setaffinity`); where it can't be
/// bound, on any.
package func onCore<Result>(_ core: Int, _ body: () throws -> Result) rethrows -> Result {
  let before = coreSet()
  var one = [UInt8](repeating: 0, count: before.count)
  if core >= 0, core / 8 < one.count { one[core / 8] = 1 << (core % 8) }
  setCores(one)
  defer { setCores(before) }
  return try body()
}

/// Lets the calling thread run on these cores, a bit for each; a set that the system refuses changes nothing.
private func setCores(_ bits: [UInt8]) {
  typealias SetAffinity = @convention(c) (Int32, Int, UnsafeRawPointer) -> Int32
  guard let setAffinity = unsafe systemFunction("sched_setaffinity", SetAffinity.self) else { return }
  unsafe bits.withUnsafeBytes { bytes in
    if let start = bytes.baseAddress { _ = unsafe setAffinity(0, bytes.count, start) }
  }
}
