import Training

// The code that the articles of Sources/Training/Training.docc show, each in a function of its own.
Job.main { job in
  try fromFastai(job)
  try ownModel(job)
  try ownMetric(job)
  try ownCallback(job)
  try manyRanks(job)
}
