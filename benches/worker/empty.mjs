/** What workerd takes with next to nothing to load. */
export default {
  async fetch() {
    return new Response("empty");
  },
};
