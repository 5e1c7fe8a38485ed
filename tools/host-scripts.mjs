// The scripts that run on hosts, and the files each is joined from, in this order. The last file of each starts it.
export const scripts = {
  stage: ["protocol", "manifest", "stage"],
  switch: ["protocol", "switch/main"],
  pool: ["protocol", "pool"],
};
