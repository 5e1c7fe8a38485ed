// The scripts that run on hosts, and the files each is joined from, in this order. The last file of each starts it.
export const scripts = {
  stage: [
    "protocol",
    "places",
    "manifest",
    ...["layout", "leftovers", "shared", "reuse", "adopt", "receive", "place", "main"].map((part) => `stage/${part}`),
  ],
  inspect: ["protocol", "places", "manifest", "inspect"],
  remove: ["protocol", "places", "remove"],
  switch: ["protocol", "switch/main"],
};
