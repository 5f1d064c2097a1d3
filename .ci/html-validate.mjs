// What html-validate holds the pages to: all that it recommends, but for what is wrong for these pages or a matter of taste.
export default {
  root: true,
  extends: ["html-validate:recommended"],
  rules: {
    // The answers to one question share a name, ticked or carried along: forms are read here with repeated fields kept.
    "form-dup-name": "off",
    // A title may name a report by its id, and a search engine never sees it.
    "long-title": "off",
    // What scrolls has its name and no heading of its own, which a section ought to have.
    "prefer-native-element": ["error", { exclude: ["region"] }],
    // White space at the end of a line is the person's own, in what they typed.
    "no-trailing-whitespace": "off",
    // HTML allows every character but white space, and a file's place is written MESSAGE/FILE everywhere.
    "valid-id": ["error", { relaxed: true }],
  },
};
