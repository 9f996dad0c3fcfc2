// Float64 functions for schedules and initial weights: few calls, so clarity before speed, and like the vectors' no
// libm.

/// eˣ within some 1e-15 relative for |x| < 700, beyond which it goes over to 0 or ∞; NaN for NaN.
public func exponential(_ x: Double) -> Double {
  // Where the power of two below would be no Int.
  guard x.magnitude < 1000 else { return x.isNaN ? x : x < 0 ? 0 : .infinity }
  let n = (x * 1.442_695_040_888_963_4).rounded()
  let r = (x - n * 0.693_147_180_369_123_8) - n * 1.908_214_929_270_587_7e-10
  var term = 1.0
  var sum = 1.0
  for k in 1...18 {
    term = term * r / Double(k)
    sum += term
  }
  return sum * Double(sign: .plus, exponent: Int(n), significand: 1)
}

/// ln x within some 1e-15, for finite x > 0: x = 2ⁿ·m, ln m = 2 atanh((m − 1)/(m + 1)); −∞ for 0, ∞ for ∞, else NaN.
public func logarithm(_ x: Double) -> Double {
  guard x > 0, x.isFinite else { return x == 0 ? -.infinity : x > 0 ? x : .nan }
  var n = x.exponent
  var m = x.significand
  if m > 1.414_213_562_373_095_1 {
    m /= 2
    n += 1
  }
  let s = (m - 1) / (m + 1)
  let z = s * s
  var sum = 0.0
  for k in stride(from: 25, through: 1, by: -2) { sum = sum * z + 2 / Double(k) }
  return s * sum + Double(n) * 0.693_147_180_559_945_3
}

/// cos(π·x) within some 1e-15, for 0 ≤ x ≤ 2.
public func cosine(ofPiTimes x: Double) -> Double {
  if x > 1 { return cosine(ofPiTimes: 2 - x) }
  if x > 0.5 { return -cosine(ofPiTimes: 1 - x) }
  let angle = x * Double.pi
  let z = angle * angle
  var term = 1.0
  var sum = 1.0
  for k in stride(from: 2, through: 24, by: 2) {
    term = -term * z / Double((k - 1) * k)
    sum += term
  }
  return sum
}
