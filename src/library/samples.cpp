#include "library/samples.h"

namespace weir {

const std::vector<SampleStream>& SampleStreams() {
  static const std::vector<SampleStream> streams = {
      {"define stream Trades (symbol string, price double, volume long);",
       {R"(["IBM", 75.5, 100])", R"(["WSO2", 57.25, 20])", R"(["IBM", 76.0, 50])",
        R"(["ACME", 12.5, 300])", R"(["IBM", 74.75, 10])", R"(["WSO2", 58.0, 80])",
        R"(["ACME", 13.0, 200])", R"(["IBM", 75.25, 400])", R"(["WSO2", 57.5, 60])",
        R"(["IBM", 77.0, 120])", R"(["ACME", 12.75, 90])", R"(["WSO2", 59.0, 40])"}},
      {"define stream Purchases (user string, item string, cardNo string, price double);",
       {R"(["ann", "tea", "3224", 4.5])", R"(["bob", "cup", "5768", 9.0])",
        R"(["ann", "pot", "3224", 25.0])", R"(["cyd", "tea", "1122", 4.5])",
        R"(["bob", "tea", "5768", 4.5])", R"(["ann", "cup", "3224", 9.0])"}},
      {"define stream Orders (item string, amount int);",
       {R"(["tea", 3])", R"(["cup", 2])", R"(["tea", 5])"}},
      {"define stream Baskets (item string);", {R"(["tea"])", R"(["cup"])", R"(["tea"])"}},
      {"define stream Bids (bidder string, price double);",
       {R"(["ann", 10.0])", R"(["bob", 12.5])", R"(["cyd", 11.0])", R"(["dan", 9.0])",
        R"(["ann", 13.0])"}},
      {"define stream Clicks (user string, page string);",
       {R"(["ann", "/"])", R"(["bob", "/cart"])", R"(["ann", "/cart"])"}},
      {"define stream Visits (user string, page string);",
       {R"(["ann", "/"])", R"(["bob", "/"])", R"(["ann", "/cart"])"}},
      {"define stream Logins (user string, at long);",
       {R"(["ann", 1000])", R"(["bob", 3000])", R"(["ann", 65000])", R"(["cyd", 130000])"}},
      {"define stream Checks (passed bool, failed bool);",
       {"[true, false]", "[true, false]", "[false, true]", "[true, false]", "[true, false]",
        "[true, false]", "[true, false]", "[true, false]", "[true, false]", "[true, false]"}},
      {"define stream Messages (sender string, text string, attributes object);",
       {R"(["ann", "fresh tea and cups", {"cost": 5, "tags": ["tea", "cup"]}])",
        R"(["bob", "big pots", {"cost": 9, "tags": ["pot"]}])"}},
      {"define stream Radar (theta double, rho double);", {"[0.0, 1.0]", "[90.0, 2.0]"}},
  };
  return streams;
}

}  // namespace weir
