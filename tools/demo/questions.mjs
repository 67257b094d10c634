// What the demo's people ask.
export const QUESTIONS = [
  'Summarise the minutes of the last meeting in three sentences.',
  'Write a friendly reply to a customer whose parcel is late.',
  'Explain the difference between a weir and a dam to a ten-year-old.',
  'Which indexes would you add to a table of 40 million orders, and why?',
  'Translate "The gate opens when the water is high" into German, French and Japanese.',
  'Give me five names for a small bakery by a river.',
  'Why does 0.1 + 0.2 not equal 0.3 in most programming languages?',
  'Draft release notes from these commits: fix login, faster charts, new export.',
  'What should I check before I sign a lease for an office?',
  'Turn this list into a table: apples 3, pears 12, plums 7.',
  'Find the mistake: SELECT name, count(*) FROM users;',
  'Plan a walk of two hours with children and a dog.',
];
